// SPDX-License-Identifier: Apache-2.0
// Up to 128 posts of a word, as they lie in the file (README.md). Pure functions; what is unpacked
// may be anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "services/search/segment/bitmap.h"

namespace forium::search {

inline constexpr size_t kBlockPosts = 128;
// A post has the word in the title, in the body.
inline constexpr uint8_t kInTitle = 1, kInBody = 2;
// Bytes after a block that are read with it, and mean nothing.
inline constexpr size_t kBlockPadding = 16;

struct PostsBlock {
  size_t posts = 0;
  Ordinal ordinals[kBlockPosts];
  uint8_t flags[kBlockPosts];  // kInTitle | kInBody
};

// `next`: the least ordinal that the first may be; in the file stands what lies between.
void PackBlock(const PostsBlock& block, Ordinal next, std::string& to);

// Takes `posts` posts (at most kBlockPosts) off the front of `from`, after which kBlockPadding
// bytes can be read. False: not a block, or ordinals that grow to `size`.
bool UnpackBlock(std::string_view& from, size_t posts, Ordinal next, Ordinal size,
                 PostsBlock* block);

}  // namespace forium::search
