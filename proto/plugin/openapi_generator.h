// SPDX-License-Identifier: Apache-2.0
// Writes openapi.json: one OpenAPI 3.1 document of all methods that are bound to HTTP.
#pragma once

#include <vector>

#include "google/protobuf/compiler/code_generator.h"
#include "google/protobuf/descriptor.h"

namespace forium::plugin {

void GenerateOpenApi(const std::vector<const google::protobuf::FileDescriptor*>& files,
                     google::protobuf::compiler::GeneratorContext& context);

}  // namespace forium::plugin
