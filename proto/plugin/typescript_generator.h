// SPDX-License-Identifier: Apache-2.0
// Writes types.ts: the proto3 JSON of all messages that the services speak of, as TypeScript types.
#pragma once

#include <vector>

#include "google/protobuf/compiler/code_generator.h"
#include "google/protobuf/descriptor.h"

namespace forium::plugin {

void GenerateTypeScript(const std::vector<const google::protobuf::FileDescriptor*>& files,
                        google::protobuf::compiler::GeneratorContext& context);

}  // namespace forium::plugin
