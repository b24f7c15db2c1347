// SPDX-License-Identifier: Apache-2.0
// In how many posts words are: what posts that are put in or taken out change in it, gathered.
// Thread-compatible.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/search/index/store.h"
#include "services/search/words/words.h"

namespace forium::search {

class WordCounts {
 public:
  // The words of a post, each once, more or fewer by `sign`. The positions in its body.
  int64_t Count(const TopicRow& topic, const PostRow& post, int sign);

  size_t size() const { return counts_.size(); }
  // What differs, sorted by word; valid until the next call.
  std::vector<WordDelta> Sorted() const;
  void Clear() { counts_.clear(); }

 private:
  struct Entry {
    int64_t posts = 0;
    int64_t counted = 0;  // the post that it was last counted for, by `serial_`
  };
  // The positions.
  int64_t CountText(std::string_view text, Language language, int sign);

  Words words_;
  absl::flat_hash_map<std::string, Entry> counts_;
  int64_t serial_ = 0;
};

}  // namespace forium::search
