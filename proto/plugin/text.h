// SPDX-License-Identifier: Apache-2.0
// Comments and options of proto things, as the documents that the plugin writes need them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace forium::plugin {

// The comment above a thing (or behind it on its line), unwrapped: lines joined by spaces,
// paragraphs by newlines. Without those that separate sections.
template <typename Descriptor>
std::string CommentOf(const Descriptor& thing);

// The heading `---- Topics ----` above a method that opens a section of its service; else empty.
std::string SectionOf(const google::protobuf::MethodDescriptor& method);

// How a method is reached by HTTP; `verb` is empty when it is not.
struct HttpBinding {
  std::string verb;  // `get`
  std::string path;  // `/api/v1/topics/{id}`
  bool has_body = false;
  std::vector<std::string> path_fields;
};
HttpBinding HttpBindingOf(const google::protobuf::MethodDescriptor& method);

// `MEMBER`; empty without the option.
std::string PermissionOf(const google::protobuf::MethodDescriptor& method);

// The message that the answer's JSON is: the output, or what `json_body` names. Null for an unknown
// name.
const google::protobuf::Descriptor* AnswerOf(const google::protobuf::MethodDescriptor& method);

}  // namespace forium::plugin
