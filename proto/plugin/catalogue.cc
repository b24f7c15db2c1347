// SPDX-License-Identifier: Apache-2.0
#include "proto/plugin/catalogue.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.pb.h"
#include "proto/plugin/names.h"
#include "proto/plugin/text.h"

namespace forium::plugin {
namespace pb = google::protobuf;
namespace {

// `forium.forum.v1` → `Forum`
std::string PackageWord(const pb::FileDescriptor& file) {
  const std::vector<std::string> parts = absl::StrSplit(file.package(), '.');
  std::string word = parts[parts.size() > 1 ? parts.size() - 2 : 0];
  if (!word.empty()) word[0] = static_cast<char>(word[0] - 'a' + 'A');
  return word;
}

// `Post_Kind` → `PostKind`
std::string Joined(std::string cpp_name) {
  cpp_name.erase(std::remove(cpp_name.begin(), cpp_name.end(), '_'), cpp_name.end());
  return cpp_name;
}

template <typename Descriptor>
bool Earlier(const Descriptor* a, const Descriptor* b) {
  pb::SourceLocation at_a;
  pb::SourceLocation at_b;
  a->GetSourceLocation(&at_a);
  b->GetSourceLocation(&at_b);
  return std::make_pair(a->file()->name(), at_a.start_line) <
         std::make_pair(b->file()->name(), at_b.start_line);
}

}  // namespace

bool IsWellKnown(const pb::Descriptor& message) {
  return absl::StartsWith(message.full_name(), "google.");
}

Catalogue::Catalogue(const std::vector<const pb::FileDescriptor*>& files) {
  for (const pb::FileDescriptor* file : files) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const pb::MethodDescriptor& method = *file->service(s)->method(m);
        requests_[method.input_type()->full_name()] = &method;
        Add(*method.input_type());
        if (const pb::Descriptor* answer = AnswerOf(method)) Add(*answer);
      }
    }
    if (file->service_count() > 0) continue;
    for (int i = 0; i < file->message_type_count(); ++i) Add(*file->message_type(i));
    for (int i = 0; i < file->enum_type_count(); ++i) Add(*file->enum_type(i));
  }
  std::sort(messages_.begin(), messages_.end(), Earlier<pb::Descriptor>);
  std::sort(enums_.begin(), enums_.end(), Earlier<pb::EnumDescriptor>);
  Name();
}

void Catalogue::Add(const pb::Descriptor& message) {
  if (IsWellKnown(message) || !seen_.insert(message.full_name()).second) return;
  if (!message.options().map_entry()) messages_.push_back(&message);
  for (int i = 0; i < message.field_count(); ++i) {
    const pb::FieldDescriptor& field = *message.field(i);
    if (field.message_type() != nullptr) Add(*field.message_type());
    if (field.enum_type() != nullptr) Add(*field.enum_type());
  }
}

void Catalogue::Add(const pb::EnumDescriptor& type) {
  if (seen_.insert(type.full_name()).second) enums_.push_back(&type);
}

void Catalogue::Name() {
  std::map<std::string, int> uses;
  for (const pb::Descriptor* message : messages_) ++uses[Joined(CppClass(*message))];
  for (const pb::EnumDescriptor* type : enums_) ++uses[Joined(CppEnum(*type))];
  const auto name = [&](const auto& thing, const std::string& plain) {
    names_[thing.full_name()] = uses[plain] > 1 ? PackageWord(*thing.file()) + plain : plain;
  };
  for (const pb::Descriptor* message : messages_) name(*message, Joined(CppClass(*message)));
  for (const pb::EnumDescriptor* type : enums_) name(*type, Joined(CppEnum(*type)));
}

const std::string& Catalogue::NameOf(const pb::Descriptor& message) const {
  return names_.at(message.full_name());
}

const std::string& Catalogue::NameOf(const pb::EnumDescriptor& type) const {
  return names_.at(type.full_name());
}

const pb::MethodDescriptor* Catalogue::RequestOf(const pb::Descriptor& message) const {
  const auto found = requests_.find(message.full_name());
  return found == requests_.end() ? nullptr : found->second;
}

}  // namespace forium::plugin
