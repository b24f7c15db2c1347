// SPDX-License-Identifier: Apache-2.0
// What characters are to words: letters, marks upon them, characters of scripts without spaces.
// Pure functions over tables that are made once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace forium::search {

enum class CharacterClass : uint8_t {
  kSeparator,
  kLetter,      // also digits
  kMark,        // belongs to what stands before it: combining marks, joiners without width
  kApostrophe,  // dropped inside a word
  kSpaceless,   // Han, Hiragana, Katakana, Thai, Lao, Khmer, Burmese
  kHangul,
};

struct Character {
  char32_t code = 0;
  uint8_t bytes = 1;
  CharacterClass type = CharacterClass::kSeparator;
  // Folding leaves it as it is, whatever stands beside it. Only told of spaceless and Hangul.
  bool stable = false;
};

// At a byte below text.size(). Broken UTF-8 is a separator.
Character ReadCharacter(std::string_view text, size_t at);

// Of ASCII; zero for anything else.
enum AsciiBit : uint8_t { kUpper = 1, kLower = 2, kDigit = 4, kJoins = 8, kNotAscii = 16 };
inline constexpr uint8_t kAsciiWord = kUpper | kLower | kDigit;

constexpr std::array<uint8_t, 256> MakeAsciiBits() {
  std::array<uint8_t, 256> bits{};
  for (int c = 'A'; c <= 'Z'; ++c) bits[c] = kUpper;
  for (int c = 'a'; c <= 'z'; ++c) bits[c] = kLower;
  for (int c = '0'; c <= '9'; ++c) bits[c] = kDigit;
  for (char c : std::string_view(".-/\\#@:_")) bits[static_cast<uint8_t>(c)] = kJoins;
  for (int c = 128; c < 256; ++c) bits[c] = kNotAscii;
  return bits;
}
inline constexpr std::array<uint8_t, 256> kAsciiBits = MakeAsciiBits();

inline uint8_t AsciiBits(std::string_view text, size_t at) {
  return at < text.size() ? kAsciiBits[static_cast<uint8_t>(text[at])] : 0;
}

// Whether a word may begin here.
inline bool BeginsWord(std::string_view text, size_t at) {
  const uint8_t bits = AsciiBits(text, at);
  if (bits & kAsciiWord) return true;
  return (bits & kNotAscii) && ReadCharacter(text, at).type == CharacterClass::kLetter;
}

// At most this many bytes, without a broken character at the end.
std::string_view CutTo(std::string_view text, size_t bytes);

// Number of characters in valid UTF-8.
size_t CountCharacters(std::string_view text);

}  // namespace forium::search
