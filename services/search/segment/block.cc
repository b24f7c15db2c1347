// SPDX-License-Identifier: Apache-2.0
#include "services/search/segment/block.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "services/search/segment/varint.h"

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

bool UnpackFull(std::string_view& from, Ordinal next, Ordinal size, PostsBlock* block) {
  if (from.size() < 2) return false;
  const unsigned width = static_cast<unsigned char>(from[0]);
  const uint8_t flags = static_cast<uint8_t>(from[1]);
  if (width > kMostWidth || flags > kMixed) return false;
  const unsigned bits = width + (flags == kMixed ? 2 : 0);
  const size_t bytes = 2 + kBlockPosts * bits / 8;
  if (from.size() < bytes) return false;
  uint64_t end = 0;
  if (flags == kMixed) {
    end = UnpackGaps<true>(from.data() + 2, bits, next, block);
  } else {
    end = UnpackGaps<false>(from.data() + 2, bits, next, block);
    std::memset(block->flags, flags, kBlockPosts);
  }
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
