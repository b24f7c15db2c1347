// SPDX-License-Identifier: Apache-2.0
// The tokens of posts of one list, in memory, with the posts that have each. Thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/search/segment/segment.h"

namespace forium::search {

// A token, and the posts that have it in the order in which they came. A post: a varint of how many
// posts came in between and its flags (block.h), and, when it has flags, its places as they lie in
// the file.
struct GatheredToken {
  std::string token;
  std::string posts;
  uint32_t next = 0;             // the least number that the next post may have
  uint32_t post = 0;             // the last that had it, plus one
  uint32_t first = 0, last = 0;  // of its occurrences in that post
};

class GatheredTokens {
 public:
  enum class Column : uint8_t { kTitle, kBody, kMarks };

  // The tokens of a post, and then the post with its number among those of the list.
  void Add(std::string_view token, Column column, int position);
  void EndPost(uint32_t number);

  bool empty() const { return tokens_.empty(); }
  // Of memory, about.
  size_t bytes() const { return bytes_; }
  // By the bytes of the token.
  std::vector<const GatheredToken*> Sorted() const;
  void Clear();

 private:
  struct Occurrence {
    uint32_t position;
    uint32_t next;
    Column column;
  };
  // Appends the places of one column; how many there are.
  size_t AppendPlaces(const GatheredToken& token, Column column);
  void EndToken(GatheredToken& token, uint32_t number);

  std::deque<GatheredToken> tokens_;  // stay where they are
  absl::flat_hash_map<std::string_view, GatheredToken*> by_token_;
  size_t bytes_ = 0;
  // Of the post that is being added.
  uint32_t post_ = 1;
  std::vector<GatheredToken*> touched_;
  std::vector<Occurrence> occurrences_;
  std::string places_, scratch_;
};

}  // namespace forium::search
