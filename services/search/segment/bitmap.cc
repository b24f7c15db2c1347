// SPDX-License-Identifier: Apache-2.0
#include "services/search/segment/bitmap.h"

#include <bit>

#include "services/search/segment/processor.h"

namespace forium::search {
namespace {

// Both are written once, and compiled for either kind of processor.
[[gnu::always_inline]] inline void SetOf(std::span<const Ordinal> ordinals, Ordinal begin,
                                         uint64_t* words) {
  const auto set = [&](Ordinal ordinal) {
    const Ordinal at = ordinal - begin;
    words[at / 64] |= uint64_t{1} << (at % 64);
  };
  // Neighbours are bits of one word, and would wait for one another.
  const size_t part = ordinals.size() / 4;
  for (size_t i = 0; i < part; ++i) {
    set(ordinals[i]);
    set(ordinals[i + part]);
    set(ordinals[i + 2 * part]);
    set(ordinals[i + 3 * part]);
  }
  for (size_t i = 4 * part; i < ordinals.size(); ++i) set(ordinals[i]);
}

[[gnu::always_inline]] inline size_t CountOf(std::span<const uint64_t> words) {
  size_t count = 0;
  for (const uint64_t word : words) count += static_cast<size_t>(std::popcount(word));
  return count;
}

#ifdef FORIUM_HAS_AVX2

FORIUM_AVX2 void SetOfAvx2(std::span<const Ordinal> ordinals, Ordinal begin, uint64_t* words) {
  SetOf(ordinals, begin, words);
}
FORIUM_AVX2 size_t CountOfAvx2(std::span<const uint64_t> words) { return CountOf(words); }

#endif

}  // namespace

void Bitmap::SetAll(std::span<const Ordinal> ordinals, Ordinal begin) {
#ifdef FORIUM_HAS_AVX2
  if (HasAvx2()) return SetOfAvx2(ordinals, begin, words_.data());
#endif
  SetOf(ordinals, begin, words_.data());
}

size_t Bitmap::Count() const {
#ifdef FORIUM_HAS_AVX2
  if (HasAvx2()) return CountOfAvx2(words_);
#endif
  return CountOf(words_);
}

}  // namespace forium::search
