// SPDX-License-Identifier: Apache-2.0
#include "proto/plugin/text.h"

#include <type_traits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "proto/forium/type/v1/options.pb.h"
#include "proto/google/api/annotations.pb.h"

namespace forium::plugin {
namespace pb = google::protobuf;
namespace {

std::string Unwrap(const std::string& comment) {
  std::string text;
  bool paragraph = false;
  for (const absl::string_view raw : absl::StrSplit(comment, '\n')) {
    const absl::string_view line = absl::StripAsciiWhitespace(raw);
    if (line.empty()) {
      paragraph = !text.empty();
      continue;
    }
    if (!text.empty()) text.push_back(paragraph ? '\n' : ' ');
    paragraph = false;
    text.append(line.data(), line.size());
  }
  return text;
}

}  // namespace

template <typename Descriptor>
std::string CommentOf(const Descriptor& thing) {
  pb::SourceLocation location;
  if (!thing.GetSourceLocation(&location)) return "";
  const std::string above = Unwrap(location.leading_comments);
  const std::string behind = Unwrap(location.trailing_comments);
  // Above a value of an enum stands what its group has in common.
  if constexpr (std::is_same_v<Descriptor, pb::EnumValueDescriptor>) {
    return behind.empty() ? above : behind;
  }
  return above.empty() ? behind : above;
}
template std::string CommentOf(const pb::Descriptor&);
template std::string CommentOf(const pb::FieldDescriptor&);
template std::string CommentOf(const pb::EnumDescriptor&);
template std::string CommentOf(const pb::EnumValueDescriptor&);
template std::string CommentOf(const pb::MethodDescriptor&);
template std::string CommentOf(const pb::ServiceDescriptor&);

std::string SectionOf(const pb::MethodDescriptor& method) {
  pb::SourceLocation location;
  if (!method.GetSourceLocation(&location)) return "";
  std::vector<std::string> comments = location.leading_detached_comments;
  // What stands right behind the service's brace counts as the service's.
  if (method.index() == 0 && method.service()->GetSourceLocation(&location)) {
    comments.push_back(location.trailing_comments);
  }
  for (const std::string& comment : comments) {
    absl::string_view heading = absl::StripAsciiWhitespace(comment);
    if (!absl::ConsumePrefix(&heading, "----")) continue;
    while (absl::ConsumeSuffix(&heading, "-")) {
    }
    return std::string(absl::StripAsciiWhitespace(heading));
  }
  return "";
}

HttpBinding HttpBindingOf(const pb::MethodDescriptor& method) {
  HttpBinding binding;
  if (!method.options().HasExtension(google::api::http)) return binding;
  const google::api::HttpRule& rule = method.options().GetExtension(google::api::http);
  switch (rule.pattern_case()) {
    case google::api::HttpRule::kGet:
      binding.verb = "get";
      binding.path = rule.get();
      break;
    case google::api::HttpRule::kPut:
      binding.verb = "put";
      binding.path = rule.put();
      break;
    case google::api::HttpRule::kPost:
      binding.verb = "post";
      binding.path = rule.post();
      break;
    case google::api::HttpRule::kDelete:
      binding.verb = "delete";
      binding.path = rule.delete_();
      break;
    case google::api::HttpRule::kPatch:
      binding.verb = "patch";
      binding.path = rule.patch();
      break;
    default:
      return binding;
  }
  binding.has_body = !rule.body().empty();
  for (const absl::string_view segment : absl::StrSplit(binding.path, '/')) {
    if (absl::StartsWith(segment, "{")) {
      binding.path_fields.emplace_back(segment.substr(1, segment.size() - 2));
    }
  }
  return binding;
}

std::string PermissionOf(const pb::MethodDescriptor& method) {
  if (!method.options().HasExtension(type::v1::permission)) return "";
  return type::v1::Permission_Name(method.options().GetExtension(type::v1::permission));
}

const pb::Descriptor* AnswerOf(const pb::MethodDescriptor& method) {
  if (!method.options().HasExtension(type::v1::json_body)) return method.output_type();
  return method.file()->pool()->FindMessageTypeByName(
      method.options().GetExtension(type::v1::json_body));
}

}  // namespace forium::plugin
