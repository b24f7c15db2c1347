// SPDX-License-Identifier: Apache-2.0
// Whether text that comes in pieces is UTF-8 (RFC 3629: no surrogates, nothing overlong, nothing
// past U+10FFFF), told at the first byte that cannot be. One text, one thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace forium::gateway {

class Utf8Check {
 public:
  // False: no continuation makes it UTF-8. Do not go on after that.
  bool Take(std::string_view bytes);
  // The text so far ends with a whole character.
  bool whole() const { return missing_ == 0; }
  void Reset() { *this = {}; }

 private:
  uint8_t missing_ = 0;
  // Bounds of the next continuation byte.
  uint8_t low_ = 0x80;
  uint8_t high_ = 0xBF;
};

}  // namespace forium::gateway
