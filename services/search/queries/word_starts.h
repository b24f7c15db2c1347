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
  // as their first, second, third one. Where the three have no bit together, none begins. By the
  // byte, and by its halves, which together may have bits that the byte does not have.
  struct Bytes {
    std::array<uint8_t, 256> of = {};
    alignas(16) std::array<uint8_t, 16> low = {};
    alignas(16) std::array<uint8_t, 16> high = {};
  };
  static uint8_t Of(const Bytes& bytes, char c) { return bytes.of[static_cast<unsigned char>(c)]; }
  static void Allow(Bytes& bytes, char letter, uint8_t bit);
  static void AllowByte(Bytes& bytes, uint8_t byte, uint8_t bit);
  static void AllowAny(Bytes& bytes, uint8_t bit);

  // With two bytes behind the place.
  int MayBegin(const char* at) const {
    return Of(first_, at[0]) & Of(second_, at[1]) & Of(third_, at[2]);
  }
  bool Begins(std::string_view text, size_t at) const;
  // Goes from `at` on over places at which nothing begins, as long as many bytes follow.
  void Skip(std::string_view text, size_t* at) const;
  void SkipWide(std::string_view text, size_t* at) const;

  Bytes first_, second_, third_;
  size_t words_ = 0;
  // By the first byte, in lower case.
  std::array<std::vector<std::string>, 128> starts_;
};

}  // namespace forium::search
