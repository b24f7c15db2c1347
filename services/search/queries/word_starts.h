// SPDX-License-Identifier: Apache-2.0
// Where in a text one of some words may begin, told from its first letters: reading on and leaving
// out what cannot be one of them takes a tenth of dividing the text into words. Thread-compatible.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace forium::search {

class WordStarts {
 public:
  WordStarts();

  // A token as Words gives it: folded, a stem behind its sign.
  void Add(std::string_view token);
  // The first place from `at` on; the text's size: none. Misses no word, or part of an identifier,
  // that has one of the tokens. Every byte of what is not ASCII is such a place.
  size_t Next(std::string_view text, size_t at) const;

 private:
  // Seven bits that the words share, and one for what is not ASCII: the words that have this byte
  // as their first, second, third one. Where the three have no bit together, none begins.
  using Bytes = std::array<uint8_t, 256>;
  static uint8_t Of(const Bytes& bytes, char c) { return bytes[static_cast<unsigned char>(c)]; }
  static void Allow(Bytes& bytes, char letter, uint8_t bit);
  static void AllowAny(Bytes& bytes, uint8_t bit);

  // With two bytes behind the place.
  int MayBegin(const char* at) const {
    return Of(first_, at[0]) & Of(second_, at[1]) & Of(third_, at[2]);
  }
  bool Begins(std::string_view text, size_t at) const;

  Bytes first_ = {}, second_ = {}, third_ = {};
  size_t words_ = 0;
  // By the first byte, in lower case.
  std::array<std::vector<std::string>, 128> starts_;
};

}  // namespace forium::search
