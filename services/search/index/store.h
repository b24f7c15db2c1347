// SPDX-License-Identifier: Apache-2.0
// Everything that the feed asks of an index's file: one object serves one transaction. Each
// statement stands above its method in store_<noun>.cc. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/base/database/database.h"
#include "services/search/index/rows.h"
#include "services/search/index/touched.h"

namespace forium::search {

// A word or an author, and by how much its counts differ.
struct WordDelta {
  std::string_view word;
  int64_t posts = 0;
};
struct AuthorDelta {
  int64_t user_id = 0, posts = 0, likes = 0;
};

class IndexStore {
 public:
  // Reads the text of a post whose row says that it is sealed.
  using SealedText = absl::FunctionRef<absl::StatusOr<std::string>(int64_t post_id)>;
  IndexStore(database::Transaction& tx, SealedText sealed_text)
      : tx_(tx), sealed_text_(sealed_text) {}

  // Categories and users.
  absl::Status PutCategory(const forum::v1::CategoryDocument& category);
  absl::Status DropCategory(int64_t id);
  // Those that everybody reads.
  absl::StatusOr<absl::flat_hash_set<int64_t>> PublicCategories();
  // `folded`: both names.
  absl::Status PutUser(const forum::v1::UserDocument& user, std::string_view folded);
  // Of an author that is not known yet too: the names come later.
  absl::Status CountForAuthor(const AuthorDelta& delta);
  // Counts all anew: a category became public, or is it no longer. Posts of hidden topics count for
  // nobody.
  absl::Status RecountAuthors();
  // What the posts of a topic would count for their authors.
  absl::StatusOr<std::vector<AuthorDelta>> AuthorsOf(int64_t topic_id);

  // Topics and posts; visible or not.
  absl::StatusOr<absl::flat_hash_map<int64_t, TopicRow>> ReadTopics(
      const std::vector<int64_t>& ids);
  absl::Status PutTopic(const TopicRow& topic);
  absl::StatusOr<std::vector<int64_t>> PostsOf(int64_t topic_id);
  // With its text. Errors: DataLoss.
  absl::StatusOr<std::optional<PostRow>> ReadPost(int64_t id);
  absl::Status PutPost(const PostRow& post);
  absl::Status PutText(int64_t post_id, int64_t checksum, std::string_view packed);
  // The same for a post of which there is no row.
  absl::Status AddPost(const PostRow& post);
  absl::Status DropPost(int64_t id);
  // What the segment tells of them, beside their words, is no longer so.
  absl::Status TouchTopic(int64_t id);
  absl::Status TouchPost(int64_t id);
  absl::Status ReadTouched(Touched& touched);

  // Words. What is taken out is what was put in.
  absl::Status PutWords(int64_t post_id, const WordsRow& words);
  absl::Status TakeWords(int64_t post_id, const WordsRow& words);
  // What the segment has of a post is void from now on.
  absl::Status Unseal(int64_t post_id);
  absl::Status CountWord(const WordDelta& delta);
  // State; empty or 0 when there is none.
  absl::StatusOr<std::string> ReadState(std::string_view key);
  absl::StatusOr<int64_t> ReadNumber(std::string_view key);
  absl::Status SetState(std::string_view key, std::string_view value);
  absl::Status SetNumber(std::string_view key, int64_t value);
  absl::Status AddToNumber(std::string_view key, int64_t difference);

  // What readers share. Words in at least `least` posts; `words`: of all there are.
  struct CountedWords {
    std::vector<std::pair<std::string, int64_t>> words;
    int64_t all = 0;
  };
  absl::StatusOr<CountedWords> ReadVocabulary(int64_t least);
  // The most frequent languages of visible topics.
  absl::StatusOr<std::vector<Language>> ReadLanguages(int64_t limit);

  // Checks. DataLoss when something is wrong.
  absl::Status QuickCheck();
  // Verifies the texts in the table behind a post; the last of them, 0 at the end.
  absl::StatusOr<int64_t> VerifyTexts(int64_t after_id, int64_t limit);
  absl::Status CheckWords();

 private:
  database::Transaction& tx_;
  const SealedText sealed_text_;
};

}  // namespace forium::search
