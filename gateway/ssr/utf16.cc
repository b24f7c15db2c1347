// SPDX-License-Identifier: Apache-2.0
#include "gateway/ssr/utf16.h"

#include <cstdint>
#include <cstring>

namespace forium::gateway {
namespace {

constexpr size_t kBlock = 8;
// One machine register each; compilers have no doubt about these, as they have about loops.
using Bytes [[gnu::vector_size(kBlock)]] = unsigned char;
using Units [[gnu::vector_size(2 * kBlock)]] = uint16_t;
constexpr char16_t kReplacement = 0xFFFD;

bool IsAscii(const char* block) {
  uint64_t word;
  std::memcpy(&word, block, kBlock);
  return (word & 0x8080808080808080) == 0;
}

// True, and the block is written, if it is all ASCII.
bool Widen(const char* from, char16_t* to) {
  if (!IsAscii(from)) return false;
  Bytes bytes;
  std::memcpy(&bytes, from, kBlock);
  const Units units = __builtin_convertvector(bytes, Units);
  std::memcpy(to, &units, sizeof(units));
  return true;
}

bool Narrow(const char16_t* from, char* to) {
  uint64_t words[2];
  std::memcpy(words, from, 2 * kBlock);
  if (((words[0] | words[1]) & 0xFF80FF80FF80FF80) != 0) return false;
  Units units;
  std::memcpy(&units, from, sizeof(units));
  const Bytes bytes = __builtin_convertvector(units, Bytes);
  std::memcpy(to, &bytes, sizeof(bytes));
  return true;
}

// Decodes one code point at `at` and moves behind it; of a malformed sequence only the first byte
// is taken.
uint32_t Decode(std::string_view text, size_t& at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(at++);
  size_t more = 0;
  uint32_t point = 0;
  uint32_t least = 0;
  if (lead < 0x80) {
    return lead;
  } else if (lead >= 0xC2 && lead < 0xE0) {
    more = 1, point = lead & 0x1Fu, least = 0x80;
  } else if (lead >= 0xE0 && lead < 0xF0) {
    more = 2, point = lead & 0x0Fu, least = 0x800;
  } else if (lead >= 0xF0 && lead < 0xF5) {
    more = 3, point = lead & 0x07u, least = 0x10000;
  } else {
    return kReplacement;
  }
  if (at + more > text.size()) return kReplacement;
  for (size_t i = 0; i < more; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return kReplacement;
    point = point << 6 | (byte(at + i) & 0x3Fu);
  }
  if (point < least || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return kReplacement;
  at += more;
  return point;
}

char* Encode(uint32_t point, char* out) {
  if (point < 0x80) {
    *out++ = static_cast<char>(point);
  } else if (point < 0x800) {
    *out++ = static_cast<char>(0xC0 | point >> 6);
    *out++ = static_cast<char>(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    *out++ = static_cast<char>(0xE0 | point >> 12);
    *out++ = static_cast<char>(0x80 | (point >> 6 & 0x3F));
    *out++ = static_cast<char>(0x80 | (point & 0x3F));
  } else {
    *out++ = static_cast<char>(0xF0 | point >> 18);
    *out++ = static_cast<char>(0x80 | (point >> 12 & 0x3F));
    *out++ = static_cast<char>(0x80 | (point >> 6 & 0x3F));
    *out++ = static_cast<char>(0x80 | (point & 0x3F));
  }
  return out;
}

}  // namespace

void ToUtf16(std::string_view text, std::vector<char16_t>& out) {
  out.resize(text.size());  // never more units than bytes
  char16_t* to = out.data();
  size_t at = 0;
  while (at < text.size()) {
    while (at + kBlock <= text.size() && Widen(text.data() + at, to)) {
      to += kBlock;
      at += kBlock;
    }
    const size_t stop = std::min(at + kBlock, text.size());
    while (at < stop) {
      const uint32_t point = Decode(text, at);
      if (point < 0x10000) {
        *to++ = static_cast<char16_t>(point);
      } else {
        *to++ = static_cast<char16_t>(0xD7C0 + (point >> 10));
        *to++ = static_cast<char16_t>(0xDC00 | (point & 0x3FF));
      }
    }
  }
  out.resize(static_cast<size_t>(to - out.data()));
}

bool IsWellFormed(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    if (at + kBlock <= text.size() && IsAscii(text.data() + at)) {
      at += kBlock;
      continue;
    }
    const size_t stop = std::min(at + kBlock, text.size());
    while (at < stop) {
      const size_t begin = at;
      // U+FFFD itself has three bytes.
      if (Decode(text, at) == kReplacement && at == begin + 1) return false;
    }
  }
  return true;
}

std::string ToUtf8(std::span<const char16_t> text) {
  // Room for the worst in each block, so that most pages need one growth at most.
  std::string out(text.size() + text.size() / 8 + 4 * kBlock, '\0');
  size_t size = 0;
  size_t at = 0;
  while (at < text.size()) {
    if (out.size() - size < 4 * kBlock) out.resize(out.size() + out.size() / 2 + 4 * kBlock);
    char* to = out.data() + size;
    if (at + kBlock <= text.size() && Narrow(text.data() + at, to)) {
      size += kBlock;
      at += kBlock;
      continue;
    }
    const size_t stop = std::min(at + kBlock, text.size());
    while (at < stop) {
      uint32_t point = text[at++];
      if (point >= 0xD800 && point < 0xE000) {
        const bool pair = point < 0xDC00 && at < text.size() && (text[at] & 0xFC00) == 0xDC00;
        point = pair ? 0x10000 + ((point & 0x3FF) << 10 | (text[at++] & 0x3FFu)) : kReplacement;
      }
      to = Encode(point, to);
    }
    size = static_cast<size_t>(to - out.data());
  }
  out.resize(size);
  return out;
}

}  // namespace forium::gateway
