// SPDX-License-Identifier: Apache-2.0
#include "services/search/segment/block.h"

#include <algorithm>
#include <random>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "services/search/segment/layout.h"

namespace forium::search {
namespace {

// Posts whose gaps take so many bits at most.
PostsBlock RandomBlock(unsigned width, bool mixed, size_t posts, std::mt19937_64& random) {
  PostsBlock block;
  block.posts = posts;
  Ordinal next = 0;
  for (size_t i = 0; i < posts; ++i) {
    const uint64_t gap = random() & ((uint64_t{1} << width) - 1);
    block.ordinals[i] =
        static_cast<Ordinal>(std::min<uint64_t>(next + gap, kMostPosts - posts + i));
    block.flags[i] = mixed ? random() % 4 : kInBody;
    next = block.ordinals[i] + 1;
  }
  return block;
}

std::string Packed(const PostsBlock& block) {
  std::string bytes;
  PackBlock(block, 0, bytes);
  return bytes;
}

TEST(BlockTest, IsWhatWasPackedWithGapsOfAnyWidth) {
  std::mt19937_64 random(1);
  for (unsigned width = 0; width <= 30; ++width) {
    for (const bool mixed : {false, true}) {
      for (const size_t posts : {size_t{1}, kBlockPosts - 1, kBlockPosts}) {
        const PostsBlock block = RandomBlock(width, mixed, posts, random);
        const std::string bytes = Packed(block);
        const std::string padded = bytes + "|" + std::string(kBlockPadding, '\xFF');
        std::string_view rest = std::string_view(padded).substr(0, bytes.size() + 1);
        PostsBlock found;
        ASSERT_TRUE(UnpackBlock(rest, posts, 0, kMostPosts, &found)) << width << mixed << posts;
        EXPECT_EQ(rest, "|");
        EXPECT_TRUE(std::equal(found.ordinals, found.ordinals + posts, block.ordinals)) << width;
        EXPECT_TRUE(std::equal(found.flags, found.flags + posts, block.flags)) << width << mixed;
      }
    }
  }
}

TEST(BlockTest, OrdinalsStayBelowTheSize) {
  std::mt19937_64 random(2);
  for (unsigned width = 0; width <= 30; ++width) {
    const PostsBlock block = RandomBlock(width, false, kBlockPosts, random);
    const std::string bytes = Packed(block) + std::string(kBlockPadding, '\0');
    const Ordinal size = block.ordinals[kBlockPosts - 1] + 1;
    for (const Ordinal shift : {0u, 1u}) {
      std::string_view rest = std::string_view(bytes).substr(0, bytes.size() - kBlockPadding);
      PostsBlock found;
      EXPECT_EQ(UnpackBlock(rest, kBlockPosts, shift, size, &found), shift == 0) << width;
    }
  }
}

TEST(BlockTest, CutOffIsNone) {
  std::mt19937_64 random(3);
  const std::string bytes = Packed(RandomBlock(9, true, kBlockPosts, random));
  const std::string padded = bytes + std::string(kBlockPadding, '\0');
  for (size_t size = 0; size < bytes.size(); ++size) {
    std::string_view rest = std::string_view(padded).substr(0, size);
    PostsBlock found;
    EXPECT_FALSE(UnpackBlock(rest, kBlockPosts, 0, kMostPosts, &found)) << size;
  }
}

}  // namespace
}  // namespace forium::search
