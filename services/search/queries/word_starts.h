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
  uint32_t SecondsOf(char first) const { return seconds_[static_cast<unsigned char>(first)]; }
  // By its two first letters; there must be a second.
  bool MayBegin(std::string_view text, size_t at) const {
    return (SecondsOf(text[at]) >> (static_cast<unsigned char>(text[at + 1]) & 31)) & 1;
  }
  bool Begins(std::string_view text, size_t at) const;

  // By the first byte: the low five bits that the second one may have.
  std::array<uint32_t, 256> seconds_ = {};
  // By the first byte, in lower case.
  std::array<std::vector<std::string>, 128> starts_;
};

}  // namespace forium::search
