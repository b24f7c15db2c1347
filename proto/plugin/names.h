// SPDX-License-Identifier: Apache-2.0
// Names of proto things in the languages that the plugin writes.
#pragma once

#include <string>

#include "google/protobuf/descriptor.h"

namespace forium::plugin {

// `forium.type.v1` → `forium::type::v1`
std::string CppNamespace(const google::protobuf::FileDescriptor& file);
// `Outer_Inner`, without the namespace.
std::string CppClass(const google::protobuf::Descriptor& message);
std::string CppEnum(const google::protobuf::EnumDescriptor& type);
// The name of a field's accessor: `delete` → `delete_`.
std::string CppAccessor(const google::protobuf::FieldDescriptor& field);
// `proto/a/b.proto` → `proto/a/b` + extension.
std::string FileName(const google::protobuf::FileDescriptor& file, const std::string& extension);

}  // namespace forium::plugin
