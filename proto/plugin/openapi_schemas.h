// SPDX-License-Identifier: Apache-2.0
// JSON Schemas (2020-12, as OpenAPI 3.1 has them) of messages in their proto3 JSON form.
#pragma once

#include <string>

#include "google/protobuf/descriptor.h"
#include "proto/plugin/catalogue.h"
#include "proto/plugin/json_text.h"

namespace forium::plugin {

// `#/components/schemas/…`
std::string ReferenceTo(const std::string& name);

// The schema of a field's value, with its comment.
void WriteFieldSchema(const google::protobuf::FieldDescriptor& field, const Catalogue& catalogue,
                      JsonText& json);
// The schema of a message: all its fields, but for a request those that stand in the path.
void WriteMessageSchema(const google::protobuf::Descriptor& message, const Catalogue& catalogue,
                        JsonText& json);
void WriteEnumSchema(const google::protobuf::EnumDescriptor& type, JsonText& json);
// What an error answers (RFC 9457).
void WriteProblemSchema(JsonText& json);

}  // namespace forium::plugin
