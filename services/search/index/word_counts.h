// SPDX-License-Identifier: Apache-2.0
// In how many posts words are: what posts that are put in or taken out change in it, gathered. A
// word takes some 30 bytes. Thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "services/search/index/store.h"
#include "services/search/words/words.h"

namespace forium::search {

class WordCounts {
 public:
  // A post whose tokens follow, each of its words once more or fewer by `sign`.
  void Begin(int sign) {
    ++serial_;
    sign_ = sign;
  }
  void Add(const Token& token) {
    if (token.kind != Token::Kind::kGram) Count(token.text);
  }

  size_t size() const { return entries_.size(); }
  // What differs, sorted by word; valid until the next call.
  std::vector<WordDelta> Sorted() const;
  void Clear();

 private:
  struct Entry {
    uint32_t text = 0;  // where it begins in texts_
    uint8_t size = 0;
    int32_t posts = 0;
    uint32_t counted = 0;  // the post that it was last counted for, by `serial_`
  };
  std::string_view TextOf(const Entry& entry) const {
    return std::string_view(texts_).substr(entry.text, entry.size);
  }
  void Count(std::string_view word);
  Entry& EntryOf(std::string_view word);
  void Grow();

  // An open table of places in entries_, from 1 on; 0: free. A power of two, half full at most.
  std::vector<uint32_t> slots_;
  std::vector<Entry> entries_;
  std::string texts_;
  uint32_t serial_ = 0;
  int sign_ = 1;
};

}  // namespace forium::search
