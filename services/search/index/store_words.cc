// SPDX-License-Identifier: Apache-2.0
// Statements on the full-text table and the vocabulary.
#include "services/base/status/macros.h"
#include "services/search/index/store.h"

namespace forium::search {

using database::Row;
using database::Statement;

constexpr Statement kPutWords{
    "search_put_words", "INSERT INTO words (rowid, title, body, marks) VALUES ($1, $2, $3, $4)"};

absl::Status IndexStore::PutWords(int64_t post_id, const WordsRow& words) {
  return tx_.Execute(kPutWords, post_id, words.title, words.body, words.marks).status();
}

constexpr Statement kTakeWords{"search_take_words", R"(
INSERT INTO words (words, rowid, title, body, marks) VALUES ('delete', $1, $2, $3, $4))"};

absl::Status IndexStore::TakeWords(int64_t post_id, const WordsRow& words) {
  return tx_.Execute(kTakeWords, post_id, words.title, words.body, words.marks).status();
}

constexpr Statement kCountWord{"search_count_word", R"(
INSERT INTO vocabulary (word, posts) VALUES ($1, $2)
ON CONFLICT (word) DO UPDATE SET posts = vocabulary.posts + excluded.posts)"};
constexpr Statement kDropUnusedWord{"search_drop_unused_word",
                                    "DELETE FROM vocabulary WHERE word = $1 AND posts <= 0"};

absl::Status IndexStore::CountWord(const WordDelta& delta) {
  RETURN_IF_ERROR(tx_.Execute(kCountWord, delta.word, delta.posts).status());
  if (delta.posts > 0) return absl::OkStatus();
  return tx_.Execute(kDropUnusedWord, delta.word).status();
}

constexpr Statement kConfigureWords{"search_configure_words",
                                    "INSERT INTO words (words, rank) VALUES ($1, $2)"};

absl::Status IndexStore::ConfigureWords(std::string_view option, int64_t value) {
  return tx_.Execute(kConfigureWords, option, value).status();
}

constexpr Statement kRunOnWords{"search_run_on_words", "INSERT INTO words (words) VALUES ($1)"};

absl::Status IndexStore::RunOnWords(std::string_view command) {
  return tx_.Execute(kRunOnWords, command).status();
}

constexpr Statement kReadVocabulary{"search_read_vocabulary",
                                    "SELECT word, posts FROM vocabulary WHERE posts >= $1"};
constexpr Statement kCountVocabulary{"search_count_vocabulary", "SELECT COUNT(*) FROM vocabulary"};

absl::StatusOr<IndexStore::CountedWords> IndexStore::ReadVocabulary(int64_t least) {
  CountedWords counted;
  RETURN_IF_ERROR(tx_.Query(
      kReadVocabulary, [&](const Row& row) { counted.words.emplace_back(row.Text(0), row.Int(1)); },
      least));
  RETURN_IF_ERROR(tx_.Query(kCountVocabulary, [&](const Row& row) { counted.all = row.Int(0); }));
  return counted;
}

}  // namespace forium::search
