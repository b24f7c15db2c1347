// SPDX-License-Identifier: Apache-2.0
// A set of ordinals, one bit each. Thread-compatible.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace forium::search {

// The place of a post in a list of a segment. The newest post, that with the greatest id, has 0.
using Ordinal = uint32_t;

// Ordinals from `begin` on, before `end`.
struct OrdinalWindow {
  Ordinal begin = 0, end = 0;

  Ordinal size() const { return end - begin; }
  bool operator==(const OrdinalWindow&) const = default;
};

class Bitmap {
 public:
  // Of the ordinals below `size`; no others may be asked or set.
  explicit Bitmap(Ordinal size) : size_(size), words_((static_cast<size_t>(size) + 63) / 64) {}

  Ordinal size() const { return size_; }
  void Set(Ordinal at) { words_[at / 64] |= uint64_t{1} << (at % 64); }
  // Those that grow, each less `begin`.
  void SetAll(std::span<const Ordinal> ordinals, Ordinal begin);
  void Clear(Ordinal at) { words_[at / 64] &= ~(uint64_t{1} << (at % 64)); }
  bool Has(Ordinal at) const { return (words_[at / 64] >> (at % 64) & 1) != 0; }

  // All of the same size.
  void And(const Bitmap& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
  }
  void AndNot(const Bitmap& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
  }
  void Or(const Bitmap& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }
  // Those of `other` that are in `once` already.
  void OrBoth(const Bitmap& once, const Bitmap& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] |= once.words_[i] & other.words_[i];
  }

  size_t Count() const;
  // The first from `at` on, the last up to `at`; nothing when there is none. `at` may be anything.
  std::optional<Ordinal> Next(Ordinal at) const {
    for (size_t i = at / 64; i < words_.size(); ++i) {
      const uint64_t word = i == at / 64 ? words_[i] >> (at % 64) << (at % 64) : words_[i];
      if (word != 0)
        return static_cast<Ordinal>(64 * i + static_cast<size_t>(std::countr_zero(word)));
    }
    return std::nullopt;
  }
  std::optional<Ordinal> Previous(Ordinal at) const {
    if (size_ == 0) return std::nullopt;
    if (at >= size_) at = size_ - 1;
    for (size_t i = at / 64 + 1; i-- > 0;) {
      const unsigned above = 63 - at % 64;
      const uint64_t word = i == at / 64 ? words_[i] << above >> above : words_[i];
      if (word != 0)
        return static_cast<Ordinal>(64 * i + 63 - static_cast<size_t>(std::countl_zero(word)));
    }
    return std::nullopt;
  }

 private:
  Ordinal size_;
  std::vector<uint64_t> words_;
};

}  // namespace forium::search
