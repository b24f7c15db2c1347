// SPDX-License-Identifier: Apache-2.0
// Takes documents over into an index's file: rows, words, and the counts that follow from them.
// Each of its calls belongs to a transaction of its caller; after one that failed, Forget.
// Thread-compatible.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "services/search/index/documents.h"
#include "services/search/index/rows.h"
#include "services/search/index/sealing.h"
#include "services/search/index/store.h"
#include "services/search/index/word_counts.h"

namespace forium::search {

class Intake {
 public:
  // `otherwise`: the language of topics whose own cannot be told.
  // `touched` outlives it.
  Intake(Language otherwise, Touched& touched) : otherwise_(otherwise), touched_(touched) {}

  // While an index is built: the words of posts that come for the first time, by growing ids, go
  // there, and those alone of others into the full-text tables. Null: no longer.
  void SealInto(Sealing* sealing) { sealing_ = sealing; }

  // All but the counts of words and authors, which are gathered.
  absl::Status Take(IndexStore& store, const Documents& documents);
  // Writes what was gathered.
  absl::Status WriteCounts(IndexStore& store);
  // How many words were gathered: each is in memory.
  size_t gathered() const;
  void Forget();

  // Posts that came without their topic since this was asked; there must be none.
  int64_t TakeSkipped() { return std::exchange(skipped_, 0); }

 private:
  using Topics = absl::flat_hash_map<int64_t, TopicRow>;
  // A post as it was and as it shall be; empty: not in the index.
  struct Change {
    int64_t id = 0;
    const forum::v1::PostDocument* document = nullptr;  // null: only its topic changed
    std::optional<PostRow> before, after;
    bool fresh = false;  // there was no such post, and its words are sealed
    bool same_words = false;
  };

  absl::Status TakePeople(IndexStore& store, const Documents& documents);
  absl::Status ReadTopics(IndexStore& store, const Documents& documents);
  // What changes of posts follow from the documents, by growing id.
  absl::StatusOr<std::vector<Change>> Plan(IndexStore& store, const Documents& documents);
  // Reads the posts as they are.
  absl::Status ReadBefore(IndexStore& store, std::vector<Change>& changes);
  void DecideAfter(Change& change);
  absl::Status ChangeWords(IndexStore& store, const Change& change);
  absl::Status ChangeText(IndexStore& store, const Change& change);
  // What follows from the words alone: their counts, the post's length; and seals what is fresh.
  absl::Status DivideWords(Change& change);
  int64_t CountWords(const TopicRow& topic, const PostRow& post, int sign);
  absl::Status ChangeRow(IndexStore& store, const Change& change);
  absl::Status PutRow(IndexStore& store, const Change& change);
  absl::Status PutTopics(IndexStore& store, const Documents& documents);
  // Only posts that everybody may read count for their authors: members are shown with these
  // numbers. First a topic takes along all posts that it has; then its posts change, as it is now.
  bool Counts(const TopicRow& topic) const;
  absl::Status CountAuthors(IndexStore& store, const TopicRow& before, const TopicRow& after);
  void CountAuthor(const PostRow& post, int sign);
  void AddToAuthor(const AuthorDelta& author, int sign);

  const Language otherwise_;
  Touched& touched_;
  Words folding_, dividing_;
  WordCounts words_;
  Sealing* sealing_ = nullptr;
  int64_t greatest_ = 0;  // of the posts that came while it seals
  absl::flat_hash_map<int64_t, AuthorDelta> authors_;
  int64_t posts_ = 0, topics_ = 0, text_bytes_ = 0, loose_ = 0, unsealed_ = 0;
  int64_t skipped_ = 0;

  // Of the call.
  Topics before_, after_;
  absl::flat_hash_set<int64_t> public_;
};

}  // namespace forium::search
