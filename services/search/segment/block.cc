// SPDX-License-Identifier: Apache-2.0
#include "services/search/segment/block.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "services/search/segment/layout.h"
#include "services/search/segment/processor.h"
#include "services/search/segment/varint.h"

#ifdef FORIUM_HAS_AVX2
#include <immintrin.h>
#endif

namespace forium::search {
namespace {

// In place of the flags that all posts have in common.
constexpr uint8_t kMixed = 4;
constexpr unsigned kMostWidth = 32;

bool SameFlags(const PostsBlock& block) {
  return std::all_of(block.flags, block.flags + block.posts,
                     [&](uint8_t flags) { return flags == block.flags[0]; });
}

void PackFull(const PostsBlock& block, Ordinal next, std::string& to) {
  const bool mixed = !SameFlags(block);
  uint64_t gaps[kBlockPosts];
  uint64_t all = 0;
  for (size_t i = 0; i < kBlockPosts; ++i) {
    gaps[i] = block.ordinals[i] - next;
    all |= gaps[i];
    next = block.ordinals[i] + 1;
    if (mixed) gaps[i] = gaps[i] << 2 | block.flags[i];
  }
  const unsigned width = static_cast<unsigned>(std::bit_width(all));
  const unsigned bits = width + (mixed ? 2 : 0);
  const size_t begin = to.size();
  to.resize(begin + 2 + kBlockPosts * bits / 8 + kBlockPadding);
  to[begin] = static_cast<char>(width);
  to[begin + 1] = static_cast<char>(mixed ? kMixed : block.flags[0]);
  for (size_t i = 0; i < kBlockPosts; ++i) {
    char* at = to.data() + begin + 2 + i * bits / 8;
    const uint64_t word = LoadFixed<uint64_t>(at) | gaps[i] << (i * bits % 8);
    std::memcpy(at, &word, sizeof(word));
  }
  to.resize(to.size() - kBlockPadding);
}

// Two fixed widths in one place: the compiler makes a loop for either kind of flags.
template <bool kFlagsMixed>
uint64_t UnpackGaps(const char* bytes, unsigned bits, uint64_t next, PostsBlock* block) {
  const uint64_t mask = (uint64_t{1} << bits) - 1;
  size_t bit = 0;
  for (size_t i = 0; i < kBlockPosts; ++i, bit += bits) {
    const uint64_t value = LoadFixed<uint64_t>(bytes + bit / 8) >> (bit % 8) & mask;
    next += kFlagsMixed ? value >> 2 : value;
    block->ordinals[i] = static_cast<Ordinal>(next++);
    if (kFlagsMixed) block->flags[i] = value & 3;
  }
  return next;
}

#ifdef FORIUM_HAS_AVX2

// Eight numbers of one width begin and end between two bytes. The bytes of each of them, counted
// from the first of its four, and how far it is to be shifted.
constexpr unsigned kMostWideBits = 25;
struct EightNumbers {
  alignas(32) uint8_t bytes[32] = {};
  alignas(32) uint32_t shifts[8] = {};
};

constexpr auto kEightNumbers = [] {
  std::array<EightNumbers, kMostWideBits + 1> of = {};
  for (unsigned bits = 0; bits <= kMostWideBits; ++bits) {
    for (unsigned i = 0; i < 8; ++i) {
      const unsigned begin = i < 4 ? i * bits : i * bits - 4 * bits / 8 * 8;
      for (unsigned byte = 0; byte < 4; ++byte) {
        of[bits].bytes[i * 4 + byte] = static_cast<uint8_t>(begin / 8 + byte);
      }
      of[bits].shifts[i] = begin % 8;
    }
  }
  return of;
}();

// As UnpackGaps, eight at a time. The sum of all must fit 32 bits.
FORIUM_AVX2 uint64_t UnpackEights(const char* bytes, unsigned bits, bool mixed, Ordinal next,
                                  PostsBlock* block) {
  const EightNumbers& eight = kEightNumbers[bits];
  const auto* const picks = reinterpret_cast<const __m128i*>(eight.bytes);
  const __m128i low = _mm_load_si128(picks);
  const __m128i high = _mm_load_si128(picks + 1);
  const __m256i shifts = _mm256_load_si256(reinterpret_cast<const __m256i*>(eight.shifts));
  const __m256i mask = _mm256_set1_epi32(static_cast<int>((1u << bits) - 1));
  const __m256i one = _mm256_set1_epi32(1);
  const __m256i last_of_low = _mm256_set1_epi32(3), last = _mm256_set1_epi32(7);
  const auto load = [](const char* at) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  };
  __m256i before = _mm256_set1_epi32(static_cast<int>(next - 1));
  for (size_t i = 0; i < kBlockPosts; i += 8, bytes += bits) {
    const __m128i first = _mm_shuffle_epi8(load(bytes), low);
    const __m128i second = _mm_shuffle_epi8(load(bytes + 4 * bits / 8), high);
    __m256i steps =
        _mm256_and_si256(_mm256_srlv_epi32(_mm256_set_m128i(second, first), shifts), mask);
    if (mixed) {
      const __m256i flags = _mm256_and_si256(steps, _mm256_set1_epi32(3));
      const __m256i halves = _mm256_packus_epi32(flags, flags);
      const __m256i quarters = _mm256_packus_epi16(halves, halves);
      const auto four = static_cast<uint32_t>(_mm256_extract_epi32(quarters, 0));
      const auto more = static_cast<uint32_t>(_mm256_extract_epi32(quarters, 4));
      std::memcpy(block->flags + i, &four, sizeof four);
      std::memcpy(block->flags + i + 4, &more, sizeof more);
      steps = _mm256_srli_epi32(steps, 2);
    }
    // Each plus those before it.
    steps = _mm256_add_epi32(steps, one);
    steps = _mm256_add_epi32(steps, _mm256_slli_si256(steps, 4));
    steps = _mm256_add_epi32(steps, _mm256_slli_si256(steps, 8));
    const __m256i carried = _mm256_permutevar8x32_epi32(steps, last_of_low);
    steps = _mm256_add_epi32(steps, _mm256_blend_epi32(_mm256_setzero_si256(), carried, 0xF0));
    const __m256i ordinals = _mm256_add_epi32(before, steps);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(block->ordinals + i), ordinals);
    before = _mm256_permutevar8x32_epi32(ordinals, last);
  }
  return uint64_t{block->ordinals[kBlockPosts - 1]} + 1;
}

#endif

uint64_t Unpack(const char* bytes, unsigned width, bool mixed, Ordinal next, PostsBlock* block) {
  const unsigned bits = width + (mixed ? 2 : 0);
#ifdef FORIUM_HAS_AVX2
  // So that 128 of them and `next` stay below 2^32.
  if (HasAvx2() && width <= kMostWideBits - 2 && next < kMostPosts) {
    return UnpackEights(bytes, bits, mixed, next, block);
  }
#endif
  return mixed ? UnpackGaps<true>(bytes, bits, next, block)
               : UnpackGaps<false>(bytes, bits, next, block);
}

bool UnpackFull(std::string_view& from, Ordinal next, Ordinal size, PostsBlock* block) {
  if (from.size() < 2) return false;
  const unsigned width = static_cast<unsigned char>(from[0]);
  const uint8_t flags = static_cast<uint8_t>(from[1]);
  if (width > kMostWidth || flags > kMixed) return false;
  const unsigned bits = width + (flags == kMixed ? 2 : 0);
  const size_t bytes = 2 + kBlockPosts * bits / 8;
  if (from.size() < bytes) return false;
  const uint64_t end = Unpack(from.data() + 2, width, flags == kMixed, next, block);
  if (flags != kMixed) std::memset(block->flags, flags, kBlockPosts);
  from.remove_prefix(bytes);
  return end <= size;
}

}  // namespace

void PackBlock(const PostsBlock& block, Ordinal next, std::string& to) {
  if (block.posts == kBlockPosts) return PackFull(block, next, to);
  for (size_t i = 0; i < block.posts; ++i) {
    AppendVarint(uint64_t{block.ordinals[i] - next} << 2 | block.flags[i], to);
    next = block.ordinals[i] + 1;
  }
}

bool UnpackBlock(std::string_view& from, size_t posts, Ordinal next, Ordinal size,
                 PostsBlock* block) {
  block->posts = posts;
  if (posts == kBlockPosts) return UnpackFull(from, next, size, block);
  uint64_t ordinal = next;
  for (size_t i = 0; i < posts; ++i) {
    uint64_t value = 0;
    if (!TakeVarint(from, &value) || value >> 2 >= size) return false;
    ordinal += value >> 2;
    if (ordinal >= size) return false;
    block->ordinals[i] = static_cast<Ordinal>(ordinal++);
    block->flags[i] = value & 3;
  }
  return true;
}

}  // namespace forium::search
