// SPDX-License-Identifier: Apache-2.0
// A JSON body into a message, by the proto3 JSON mapping: both spellings of names, 64-bit numbers
// as strings or numbers, enums by name or number, times as RFC 3339, null as unset. Strict: unknown
// fields, wrong types and overflow are errors that name the field (`posts[2].raw`); depth is
// bounded; text must be UTF-8 without NUL.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace forium::gateway {

// Errors: INVALID_JSON, UNKNOWN_FIELD, INVALID_FIELD.
absl::Status FillFromJson(std::string_view json, google::protobuf::Message& message);

}  // namespace forium::gateway
