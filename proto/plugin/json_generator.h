// SPDX-License-Identifier: Apache-2.0
// Writes, for each message of a file, `void AppendJson(const Message&, std::string* out)`: the
// proto3 JSON mapping with zero values printed, as straight code. Several times faster than
// reflection (DECISIONS.md).
#pragma once

#include "google/protobuf/compiler/code_generator.h"
#include "google/protobuf/descriptor.h"

namespace forium::plugin {

void GenerateJson(const google::protobuf::FileDescriptor& file,
                  google::protobuf::compiler::GeneratorContext& context);

}  // namespace forium::plugin
