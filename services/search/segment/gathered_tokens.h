// SPDX-License-Identifier: Apache-2.0
// The tokens of posts of one list, in memory, with the posts that have each. Thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "services/search/segment/segment.h"

namespace forium::search {

// A token, and the posts that have it in the order in which they came. A post: a varint of how many
// posts came in between and its flags (block.h), and, when it has flags, its places as they lie in
// the file.
struct GatheredToken {
  std::string token;
  uint32_t next = 0;             // the least number that the next post may have
  uint32_t post = 0;             // the last that had it
  uint32_t first = 0, last = 0;  // of its occurrences in that post
  std::string posts;
};

// A post's tokens wait until it ends: then the memory of all of them is fetched at once, which is
// what takes the time. A table of our own because it can do that.
class GatheredTokens {
 public:
  enum class Column : uint8_t { kTitle, kBody, kMarks };

  GatheredTokens() { Clear(); }

  // The tokens of a post, and then the post with its number among those of the list.
  void Add(std::string_view token, Column column, int position);
  void EndPost(uint32_t number);

  bool empty() const { return count_ == 0; }
  // Of memory, about.
  size_t bytes() const { return bytes_; }
  // By the bytes of the token.
  std::vector<const GatheredToken*> Sorted() const;
  void Clear();

 private:
  struct Occurrence {
    uint32_t hash;
    uint32_t text;  // where in text_
    uint32_t position;
    uint32_t next;  // of the same token
    uint8_t size;
    Column column;
  };
  // Open addressing, with a step of one.
  struct Slot {
    uint32_t hash = 0;
    uint32_t token = 0;  // its number plus one; 0: free
  };

  GatheredToken& TokenAt(uint32_t number) const {
    return chunks_[number / kChunk][number % kChunk];
  }
  GatheredToken& FindOrMake(std::string_view token, uint32_t hash);
  void Grow();
  // What was added last is linked to its token.
  void Link(GatheredToken& token, uint32_t occurrence);
  // Appends the places of one column; how many there are.
  size_t AppendPlaces(const GatheredToken& token, Column column);
  void EndToken(GatheredToken& token, uint32_t number);

  static constexpr uint32_t kChunk = 1024;
  std::vector<std::unique_ptr<GatheredToken[]>> chunks_;
  uint32_t count_ = 0;
  std::vector<Slot> slots_;  // a power of two, at most half full
  size_t bytes_ = 0;
  // Of the post that is being added.
  uint32_t post_ = 1;
  std::string text_;
  std::vector<Occurrence> occurrences_;
  std::vector<GatheredToken*> touched_;
  std::string places_, scratch_;
};

}  // namespace forium::search
