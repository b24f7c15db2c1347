// SPDX-License-Identifier: Apache-2.0
#include "gateway/websocket/utf8.h"

namespace forium::gateway {

bool Utf8Check::Take(std::string_view bytes) {
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    if (missing_ > 0) {
      if (byte < low_ || byte > high_) return false;
      --missing_;
      low_ = 0x80;
      high_ = 0xBF;
    } else if (byte >= 0x80) {
      if (byte < 0xC2 || byte > 0xF4) return false;
      missing_ = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
      if (byte == 0xE0) low_ = 0xA0;   // overlong below
      if (byte == 0xED) high_ = 0x9F;  // surrogates above
      if (byte == 0xF0) low_ = 0x90;
      if (byte == 0xF4) high_ = 0x8F;  // the last code point
    }
  }
  return true;
}

}  // namespace forium::gateway
