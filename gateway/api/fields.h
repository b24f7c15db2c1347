// SPDX-License-Identifier: Apache-2.0
// Text into fields of a message, for path variables, queries and forms. Names are taken in both
// spellings
// (`page_size`, `pageSize`), nested ones with dots; enum values also in lower case and short
// (`latest`, `member`). Errors name the field as in proto: UNKNOWN_FIELD, INVALID_FIELD.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace forium::gateway {

// Forms say less than queries: an empty number is no number, a ticked box is `on`, a list is one
// comma-separated value.
enum class TextSource { kQuery, kForm };

absl::Status SetFromText(google::protobuf::Message& message, std::string_view path,
                         std::string_view text, TextSource source);

// By either spelling; nullptr: no such field.
const google::protobuf::FieldDescriptor* FindField(const google::protobuf::Descriptor& type,
                                                   std::string_view name);
// By name, lower-case name, or name without the `_ROLE` of an enum Role; nullptr: no such value.
const google::protobuf::EnumValueDescriptor* FindEnumValue(
    const google::protobuf::EnumDescriptor& type, std::string_view name);
// A field's value as text: numbers, strings, enum names; empty for messages and lists.
std::string TextOf(const google::protobuf::Message& message, std::string_view path);

}  // namespace forium::gateway
