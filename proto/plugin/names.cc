// SPDX-License-Identifier: Apache-2.0
#include "proto/plugin/names.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace forium::plugin {
namespace pb = google::protobuf;

std::string CppNamespace(const pb::FileDescriptor& file) {
  return absl::StrReplaceAll(file.package(), {{".", "::"}});
}

std::string CppClass(const pb::Descriptor& message) {
  if (message.containing_type() == nullptr) return message.name();
  return absl::StrCat(CppClass(*message.containing_type()), "_", message.name());
}

std::string CppEnum(const pb::EnumDescriptor& type) {
  if (type.containing_type() == nullptr) return type.name();
  return absl::StrCat(CppClass(*type.containing_type()), "_", type.name());
}

std::string CppAccessor(const pb::FieldDescriptor& field) {
  static const auto* kKeywords = new std::set<std::string>{
      "and",      "auto",     "bool",      "break",  "case",     "catch",    "char",   "class",
      "const",    "default",  "delete",    "do",     "double",   "else",     "enum",   "export",
      "extern",   "float",    "for",       "friend", "goto",     "if",       "inline", "int",
      "long",     "mutable",  "namespace", "new",    "not",      "operator", "or",     "private",
      "public",   "register", "return",    "short",  "signed",   "static",   "struct", "switch",
      "template", "this",     "throw",     "try",    "typename", "union",    "using",  "virtual",
      "void",     "volatile", "while",     "xor"};
  const std::string& name = field.lowercase_name();
  return kKeywords->contains(name) ? name + "_" : name;
}

std::string FileName(const pb::FileDescriptor& file, const std::string& extension) {
  const std::string& name = file.name();
  return absl::StrCat(name.substr(0, name.rfind('.')), extension);
}

}  // namespace forium::plugin
