// SPDX-License-Identifier: Apache-2.0
// Distance of words to one word: insertions, deletions, changes, and swaps of neighbours (optimal
// string alignment), all rows of a column at once in the bits of a number.
// Hyyrö, "A Bit-Vector Algorithm for Computing Levenshtein and Damerau Edit Distances", 2003.
// Made for one search; not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace forium::search {

// Letters of valid UTF-8, each as one bit of 32. An insertion, deletion or change of a letter adds
// at most one bit and takes at most one away.
uint32_t LetterBits(std::string_view word);

class EditDistance {
 public:
  static constexpr size_t kMaxLetters = 64;

  // A word of at most kMaxLetters letters.
  explicit EditDistance(std::string_view word);

  size_t letters() const { return letters_; }
  int To(std::string_view other) const;

 private:
  uint64_t BitsOf(char32_t letter) const;

  size_t letters_ = 0;
  // Bit i of a letter: the word has it at i.
  std::array<uint64_t, 128> ascii_{};
  std::vector<std::pair<char32_t, uint64_t>> others_;
};

}  // namespace forium::search
