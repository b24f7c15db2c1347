// SPDX-License-Identifier: Apache-2.0
// The pieces of which the generated JSON writers are made (proto3 JSON mapping). Each appends to
// `out`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "google/protobuf/empty.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace forium::json {

// Text with quotes, escaped (RFC 8259). It must be valid UTF-8.
void AppendText(std::string_view text, std::string* out);
// Base64 with quotes.
void AppendBytes(std::string_view bytes, std::string* out);
void AppendNumber(int32_t value, std::string* out);
void AppendNumber(uint32_t value, std::string* out);
// NaN and infinities as text, as the mapping says.
void AppendNumber(float value, std::string* out);
void AppendNumber(double value, std::string* out);
// 64-bit integers are text in JSON.
void AppendLong(int64_t value, std::string* out);
void AppendLong(uint64_t value, std::string* out);
inline void AppendBool(bool value, std::string* out) { out->append(value ? "true" : "false"); }
// The name of an enum's value, or the number of one that this binary does not know (empty name).
void AppendEnum(const std::string& name, int value, std::string* out);

}  // namespace forium::json

namespace google::protobuf {

// RFC 3339 with 0, 3, 6 or 9 digits of a fraction. Found by the writers through the argument's
// namespace.
void AppendJson(const Timestamp& time, std::string* out);
inline void AppendJson(const Empty&, std::string* out) { out->append("{}"); }

}  // namespace google::protobuf
