// SPDX-License-Identifier: Apache-2.0
// Numbers as a segment's file has them: LEB128, and little-endian ones of a fixed size. Pure
// functions; what is read may be anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace forium::search {

inline void AppendVarint(uint64_t value, std::string& to) {
  char bytes[10];
  size_t size = 0;
  while (value >= 0x80) {
    bytes[size++] = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  bytes[size++] = static_cast<char>(value);
  to.append(bytes, size);
}

// Takes a number off the front; false when there is none, or one past 64 bits.
inline bool TakeVarint(std::string_view& from, uint64_t* value) {
  if (!from.empty() && static_cast<unsigned char>(from[0]) < 0x80) {
    *value = static_cast<unsigned char>(from[0]);
    from.remove_prefix(1);
    return true;
  }
  uint64_t sum = 0;
  for (size_t i = 0; i < from.size() && i < 10; ++i) {
    const uint64_t byte = static_cast<unsigned char>(from[i]);
    if (i == 9 && byte > 1) return false;
    sum |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      *value = sum;
      from.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

// The same for what has to be below 2^32.
inline bool TakeVarint32(std::string_view& from, uint32_t* value) {
  uint64_t wide = 0;
  if (!TakeVarint(from, &wide) || wide > UINT32_MAX) return false;
  *value = static_cast<uint32_t>(wide);
  return true;
}

inline bool TakeBytes(std::string_view& from, uint64_t size, std::string_view* bytes) {
  if (size > from.size()) return false;
  *bytes = from.substr(0, size);
  from.remove_prefix(size);
  return true;
}

// The machines that Forium runs on are little-endian.
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

template <typename Number>
void AppendFixed(Number value, std::string& to) {
  to.append(reinterpret_cast<const char*>(&value), sizeof(value));
}
template <typename Number>
Number LoadFixed(const char* at) {
  Number value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

}  // namespace forium::search
