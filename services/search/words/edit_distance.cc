// SPDX-License-Identifier: Apache-2.0
#include "services/search/words/edit_distance.h"

#include <unicode/utf8.h>

#include <utility>

namespace forium::search {
namespace {

char32_t NextLetter(std::string_view word, size_t& at) {
  const auto first = static_cast<uint8_t>(word[at]);
  if (first < 0x80) {
    ++at;
    return first;
  }
  UChar32 letter = 0;
  U8_NEXT_OR_FFFD(word.data(), at, word.size(), letter);
  return static_cast<char32_t>(letter);
}

}  // namespace

uint32_t LetterBits(std::string_view word) {
  uint32_t bits = 0;
  uint8_t seen[32] = {};
  for (size_t at = 0; at < word.size();) {
    const uint32_t letter = NextLetter(word, at) & 31;
    // The second of a letter is another bit than the first.
    bits |= 1u << ((letter + 11 * seen[letter]++) & 31);
  }
  return bits;
}

EditDistance::EditDistance(std::string_view word) {
  for (size_t at = 0; at < word.size() && letters_ < kMaxLetters; ++letters_) {
    const char32_t letter = NextLetter(word, at);
    const uint64_t bit = uint64_t{1} << letters_;
    if (letter < ascii_.size()) {
      ascii_[letter] |= bit;
    } else if (BitsOf(letter) == 0) {
      others_.emplace_back(letter, bit);
    } else {
      for (auto& [other, bits] : others_) bits |= other == letter ? bit : 0;
    }
  }
}

uint64_t EditDistance::BitsOf(char32_t letter) const {
  if (letter < ascii_.size()) return ascii_[letter];
  for (const auto& [other, bits] : others_) {
    if (other == letter) return bits;
  }
  return 0;
}

// Names as in the paper: P and N, what grows and what shrinks; V along a column, H along a row.
int EditDistance::To(std::string_view other) const {
  if (letters_ == 0) {
    int count = 0;
    for (size_t at = 0; at < other.size(); ++count) NextLetter(other, at);
    return count;
  }
  const uint64_t last = uint64_t{1} << (letters_ - 1);
  uint64_t vp = ~uint64_t{0}, vn = 0, d0 = 0, before = 0;
  int distance = static_cast<int>(letters_);
  for (size_t at = 0; at < other.size();) {
    const uint64_t matches = BitsOf(NextLetter(other, at));
    const uint64_t swaps = ((~d0 & matches) << 1) & before;
    d0 = (((matches & vp) + vp) ^ vp) | matches | vn | swaps;
    uint64_t hp = vn | ~(d0 | vp);
    uint64_t hn = d0 & vp;
    distance += (hp & last) != 0;
    distance -= (hn & last) != 0;
    hp = (hp << 1) | 1;
    hn <<= 1;
    vp = hn | ~(d0 | hp);
    vn = hp & d0;
    before = matches;
  }
  return distance;
}

}  // namespace forium::search
