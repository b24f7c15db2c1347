// SPDX-License-Identifier: Apache-2.0
// The part of a file that a request wants (RFC 9110, 14). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace forium::gateway {

struct ByteRange {
  enum class Kind { kWhole, kPart, kUnsatisfiable };
  Kind kind = Kind::kWhole;
  int64_t first = 0;
  int64_t last = -1;  // inclusive
};

// Of a Range field and a file of `size` bytes. Several ranges, and what is no range of bytes, mean
// the whole.
ByteRange ParseRange(std::string_view range, int64_t size);

}  // namespace forium::gateway
