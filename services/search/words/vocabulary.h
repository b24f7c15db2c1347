// SPDX-License-Identifier: Apache-2.0
// The words of a community, with the number of posts that each is in: for corrections, for the rest
// of a word that is being typed, for parts of identifiers, and for how rare a word is. Immutable,
// so it is shared; half a million words take about 15 MB.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forium::search {

class Vocabulary {
 public:
  // Words with their numbers of posts, in any order, each once. `posts`: of the whole community.
  Vocabulary(std::vector<std::pair<std::string, int64_t>> words, int64_t posts);
  ~Vocabulary();

  struct Entry {
    std::string word;
    int64_t posts = 0;
    int distance = 0;  // of Near: letters that differ (insertions, deletions, changes, swaps)
  };

  int64_t posts() const { return posts_; }
  size_t size() const;
  // 0: not there. Of stems (`=run`), too; the lists below leave them out.
  int64_t Frequency(std::string_view word) const;
  // Words at a distance from 1 to `distance`, nearest first, then the most frequent. Same first
  // letter before others.
  std::vector<Entry> Near(std::string_view word, int distance, size_t limit) const;
  // Words that go on from `prefix`, itself left out, the most frequent first.
  std::vector<Entry> WithPrefix(std::string_view prefix, size_t limit) const;
  // Words that contain `part` (at least 3 bytes), the most frequent first; for identifiers.
  std::vector<Entry> WithPart(std::string_view part, size_t limit) const;

 private:
  struct Entries;
  const int64_t posts_;
  std::unique_ptr<Entries> entries_;
};

// Edit distance that is forgiven in a word: 0 below 4 letters, 1 below 8, else 2.
int ForgivenDistance(std::string_view folded_word);

}  // namespace forium::search
