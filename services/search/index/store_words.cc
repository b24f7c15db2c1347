// SPDX-License-Identifier: Apache-2.0
// Statements on the full-text tables and the vocabulary.
#include "services/base/status/macros.h"
#include "services/search/index/store.h"

namespace forium::search {

using database::Row;
using database::Statement;

constexpr Statement kPutTitle{"search_put_title",
                              "INSERT INTO titles (rowid, title, marks) VALUES ($1, $2, $3)"};
constexpr Statement kPutOpening{
    "search_put_opening",
    "INSERT INTO openings (rowid, title, body, marks) VALUES ($1, $2, $3, $4)"};
constexpr Statement kPutReply{
    "search_put_reply", "INSERT INTO replies (rowid, title, body, marks) VALUES ($1, $2, $3, $4)"};

absl::Status IndexStore::PutWords(int64_t post_id, const WordsRow& words) {
  if (words.opening) {
    RETURN_IF_ERROR(tx_.Execute(kPutTitle, post_id, words.title, words.marks).status());
  }
  return tx_
      .Execute(words.opening ? kPutOpening : kPutReply, post_id, words.title, words.body,
               words.marks)
      .status();
}

constexpr Statement kTakeTitle{"search_take_title", R"(
INSERT INTO titles (titles, rowid, title, marks) VALUES ('delete', $1, $2, $3))"};
constexpr Statement kTakeOpening{"search_take_opening", R"(
INSERT INTO openings (openings, rowid, title, body, marks) VALUES ('delete', $1, $2, $3, $4))"};
constexpr Statement kTakeReply{"search_take_reply", R"(
INSERT INTO replies (replies, rowid, title, body, marks) VALUES ('delete', $1, $2, $3, $4))"};

absl::Status IndexStore::TakeWords(int64_t post_id, const WordsRow& words) {
  if (words.opening) {
    RETURN_IF_ERROR(tx_.Execute(kTakeTitle, post_id, words.title, words.marks).status());
  }
  return tx_
      .Execute(words.opening ? kTakeOpening : kTakeReply, post_id, words.title, words.body,
               words.marks)
      .status();
}

constexpr Statement kUnseal{"search_unseal", "INSERT OR IGNORE INTO unsealed (id) VALUES ($1)"};

absl::Status IndexStore::Unseal(int64_t post_id) { return tx_.Execute(kUnseal, post_id).status(); }

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

constexpr Statement kCheckTitles{"search_check_titles",
                                 "INSERT INTO titles (titles) VALUES ('integrity-check')"};
constexpr Statement kCheckOpenings{"search_check_openings",
                                   "INSERT INTO openings (openings) VALUES ('integrity-check')"};
constexpr Statement kCheckReplies{"search_check_replies",
                                  "INSERT INTO replies (replies) VALUES ('integrity-check')"};

absl::Status IndexStore::CheckWords() {
  RETURN_IF_ERROR(tx_.Execute(kCheckTitles).status());
  RETURN_IF_ERROR(tx_.Execute(kCheckOpenings).status());
  return tx_.Execute(kCheckReplies).status();
}

constexpr Statement kReadVocabulary{"search_read_vocabulary",
                                    "SELECT word, posts FROM vocabulary WHERE posts >= $1"};
constexpr Statement kCountVocabulary{
    "search_count_vocabulary", "SELECT COUNT(*) FROM vocabulary WHERE word < '=' OR word >= '>'"};

absl::StatusOr<IndexStore::CountedWords> IndexStore::ReadVocabulary(int64_t least) {
  CountedWords counted;
  RETURN_IF_ERROR(tx_.Query(
      kReadVocabulary, [&](const Row& row) { counted.words.emplace_back(row.Text(0), row.Int(1)); },
      least));
  RETURN_IF_ERROR(tx_.Query(kCountVocabulary, [&](const Row& row) { counted.all = row.Int(0); }));
  return counted;
}

}  // namespace forium::search
