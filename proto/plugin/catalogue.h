// SPDX-License-Identifier: Apache-2.0
// The messages and enums that the services of some files speak of, with one plain name each for
// languages without packages: `PostKind` for forium.forum.v1.Post.Kind. A name that two packages
// have gets its package in front in both: `AuthSession`, `ForumSession`.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace forium::plugin {

class Catalogue {
 public:
  // Takes everything that can be reached from the methods of `files`, and all that stands in files
  // without a service.
  explicit Catalogue(const std::vector<const google::protobuf::FileDescriptor*>& files);

  // In the order of their files.
  const std::vector<const google::protobuf::Descriptor*>& messages() const { return messages_; }
  const std::vector<const google::protobuf::EnumDescriptor*>& enums() const { return enums_; }
  const std::string& NameOf(const google::protobuf::Descriptor& message) const;
  const std::string& NameOf(const google::protobuf::EnumDescriptor& type) const;
  // The method that takes the message, if one does.
  const google::protobuf::MethodDescriptor* RequestOf(
      const google::protobuf::Descriptor& message) const;

 private:
  void Add(const google::protobuf::Descriptor& message);
  void Add(const google::protobuf::EnumDescriptor& type);
  void Name();

  std::vector<const google::protobuf::Descriptor*> messages_;
  std::vector<const google::protobuf::EnumDescriptor*> enums_;
  std::set<std::string> seen_;                // full names
  std::map<std::string, std::string> names_;  // full name → plain name
  std::map<std::string, const google::protobuf::MethodDescriptor*>
      requests_;  // by full name of the message
};

// The wire-level messages with a JSON form of their own (`Timestamp`, `Empty`), which have no
// entry.
bool IsWellKnown(const google::protobuf::Descriptor& message);

}  // namespace forium::plugin
