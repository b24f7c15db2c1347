// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/query_text.h"

#include <array>
#include <cstdint>

namespace forium::search {
namespace {

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

bool StartsWith(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

template <size_t n>
size_t StartOf(std::string_view text, const std::array<std::string_view, n>& any) {
  for (const std::string_view one : any) {
    if (StartsWith(text, one)) return one.size();
  }
  return 0;
}

// How many bytes follow the first one, and the least code point that needs so many.
struct Shape {
  size_t bytes;
  uint32_t least;
  uint32_t bits;
};

Shape ShapeOf(unsigned char first) {
  if (first >= 0xC2 && first < 0xE0) return {2, 0x80, first & 0x1Fu};
  if (first >= 0xE0 && first < 0xF0) return {3, 0x800, first & 0x0Fu};
  if (first >= 0xF0 && first < 0xF5) return {4, 0x10000, first & 0x07u};
  return {0, 0, 0};
}

}  // namespace

size_t CharacterBytes(std::string_view text) {
  if (text.empty()) return 0;
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return 1;
  const Shape shape = ShapeOf(first);
  if (shape.bytes == 0 || text.size() < shape.bytes) return 0;
  uint32_t code = shape.bits;
  for (size_t i = 1; i < shape.bytes; ++i) {
    if (!IsContinuation(text[i])) return 0;
    code = (code << 6) | (static_cast<unsigned char>(text[i]) & 0x3Fu);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code < shape.least || code > 0x10FFFF || surrogate ? 0 : shape.bytes;
}

std::string CleanText(std::string_view text, size_t limit) {
  std::string clean;
  while (!text.empty()) {
    const size_t bytes = CharacterBytes(text);
    const size_t taken = bytes == 0 ? 1 : bytes;
    if (clean.size() + taken > limit) break;
    const auto first = static_cast<unsigned char>(text[0]);
    if (bytes == 0 || first < 0x20 || first == 0x7F) {
      clean.push_back(' ');
    } else {
      clean.append(text.substr(0, taken));
    }
    text.remove_prefix(taken);
  }
  return clean;
}

size_t SpaceBytes(std::string_view text) {
  if (text.empty()) return 0;
  if (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r')) return 1;
  static constexpr std::array<std::string_view, 2> kSpaces = {"\xC2\xA0", "\xE3\x80\x80"};
  if (const size_t bytes = StartOf(text, kSpaces); bytes > 0) return bytes;
  const bool wide = text.size() >= 3 && StartsWith(text, "\xE2\x80") &&
                    static_cast<unsigned char>(text[2]) <= 0x8A;
  return wide ? 3 : 0;
}

size_t QuoteBytes(std::string_view text) {
  static constexpr std::array<std::string_view, 8> kQuotes = {
      "\"",           "\xE2\x80\x9C", "\xE2\x80\x9D", "\xE2\x80\x9E",
      "\xE2\x80\x9F", "\xC2\xAB",     "\xC2\xBB",     "\xEF\xBC\x82"};
  return StartOf(text, kQuotes);
}

}  // namespace forium::search
