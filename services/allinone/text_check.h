// SPDX-License-Identifier: Apache-2.0
// What Postgres takes as a text: UTF-8 without NUL.
#pragma once

#include <cstdint>
#include <string_view>

namespace forium::allinone {

inline bool IsTextForPostgres(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const auto byte = [&](size_t i) {
      return at + i < text.size() ? static_cast<uint8_t>(text[at + i]) : uint8_t{0};
    };
    const auto continues = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
    const uint8_t first = byte(0);
    if (first == 0) return false;
    if (first < 0x80) {
      at += 1;
    } else if (first >= 0xC2 && first <= 0xDF && continues(1)) {
      at += 2;
    } else if ((first & 0xF0) == 0xE0 && continues(1) && continues(2)) {
      const uint32_t code = (first & 0x0Fu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu);
      if (code < 0x800 || (code >= 0xD800 && code <= 0xDFFF)) return false;
      at += 3;
    } else if ((first & 0xF8) == 0xF0 && continues(1) && continues(2) && continues(3)) {
      const uint32_t code = (first & 0x07u) << 18 | (byte(1) & 0x3Fu) << 12 |
                            (byte(2) & 0x3Fu) << 6 | (byte(3) & 0x3Fu);
      if (code < 0x10000 || code > 0x10FFFF) return false;
      at += 4;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace forium::allinone
