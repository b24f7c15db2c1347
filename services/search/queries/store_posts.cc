// SPDX-License-Identifier: Apache-2.0
#include "services/base/status/macros.h"
#include "services/search/index/damage.h"
#include "services/search/queries/store.h"

namespace forium::search {
namespace {

using database::Row;
using database::Statement;

CandidateRow ReadCandidate(const Row& row) {
  return {.post_id = row.Int(0),
          .topic_id = row.Int(1),
          .author_id = row.Int(2),
          .created_at = row.Int(3),
          .number = row.Int(4),
          .likes = row.Int(5),
          .length = row.Int(6),
          .accepted = row.Int(7) != 0,
          .category_id = row.Int(8),
          .solved = row.Int(9) > 0,
          .closed = row.Int(10) != 0,
          .posts_count = row.Int(11),
          .bumped_at = row.Int(12),
          .title = row.Text(13),
          .slug = row.Text(14),
          .tags = row.Text(15),
          .language = row.Text(16)};
}

}  // namespace

#define FORIUM_CANDIDATE_COLUMNS                                                       \
  "posts.id, posts.topic_id, posts.author_id, posts.created_at, posts.number,"         \
  " posts.likes_count, posts.length, posts.accepted, topics.category_id,"              \
  " topics.accepted_post_number, topics.closed, topics.posts_count, topics.bumped_at," \
  " topics.title, topics.slug, topics.tags, topics.language"

// CROSS JOIN: the words lead, so that rows come by id without sorting and the limit ends the walk.
#define FORIUM_CANDIDATES(TABLE, ORDER)                                      \
  "SELECT " FORIUM_CANDIDATE_COLUMNS ", hits(" TABLE                         \
  ", $2) "                                                                   \
  "FROM " TABLE                                                              \
  " CROSS JOIN posts CROSS JOIN topics CROSS JOIN categories "               \
  "WHERE " TABLE " MATCH $1 AND " TABLE ".rowid >= $3 AND " TABLE            \
  ".rowid <= $4"                                                             \
  " AND posts.id = " TABLE                                                   \
  ".rowid AND posts.created_at >= $6 AND posts.created_at < $7"              \
  " AND topics.id = posts.topic_id AND topics.visible = 1"                   \
  " AND ($8 = 0 OR ($8 = 1) = (topics.accepted_post_number > 0))"            \
  " AND ($9 = 0 OR ($9 = 1) = (topics.closed <> 0))"                         \
  " AND categories.id = topics.category_id AND categories.read_level <= $5 " \
  "ORDER BY " TABLE ".rowid " ORDER " LIMIT $10"
constexpr Statement kNewestTitles = {"newest_titles", FORIUM_CANDIDATES("titles", "DESC")};
constexpr Statement kOldestTitles = {"oldest_titles", FORIUM_CANDIDATES("titles", "ASC")};
constexpr Statement kNewestOpenings = {"newest_openings", FORIUM_CANDIDATES("openings", "DESC")};
constexpr Statement kOldestOpenings = {"oldest_openings", FORIUM_CANDIDATES("openings", "ASC")};
constexpr Statement kNewestReplies = {"newest_replies", FORIUM_CANDIDATES("replies", "DESC")};
constexpr Statement kOldestReplies = {"oldest_replies", FORIUM_CANDIDATES("replies", "ASC")};
#undef FORIUM_CANDIDATES

namespace {

const Statement& StatementFor(const CandidateQuery& query) {
  switch (query.among) {
    case Among::kTitles:
      return query.oldest_first ? kOldestTitles : kNewestTitles;
    case Among::kOpenings:
      return query.oldest_first ? kOldestOpenings : kNewestOpenings;
    case Among::kReplies:
      break;
  }
  return query.oldest_first ? kOldestReplies : kNewestReplies;
}

}  // namespace

absl::Status SearchStore::Candidates(const CandidateQuery& query, const Bounds& bounds,
                                     absl::FunctionRef<void(const CandidateRow&)> each) {
  return tx_.Query(
      StatementFor(query),
      [&](const Row& row) {
        CandidateRow candidate = ReadCandidate(row);
        candidate.hits = row.Text(17);
        each(candidate);
      },
      query.match, database::Blob{query.hits}, query.least_id, query.greatest_id, level_,
      bounds.after, bounds.before, bounds.solved, bounds.closed, query.limit);
}

constexpr Statement kHasUnsealed = {
    "has_unsealed", "SELECT 1 FROM state WHERE key = 'loose' AND CAST(value AS INTEGER) > 0"};
absl::StatusOr<bool> SearchStore::HasUnsealed() {
  bool has = false;
  RETURN_IF_ERROR(tx_.Query(kHasUnsealed, [&](const Row&) { has = true; }));
  return has;
}

constexpr Statement kSealedCandidate = {
    "sealed_candidate",
    "SELECT " FORIUM_CANDIDATE_COLUMNS
    " FROM posts CROSS JOIN topics CROSS JOIN categories "
    "WHERE posts.id = $1 AND NOT EXISTS (SELECT 1 FROM unsealed WHERE unsealed.id = $1)"
    " AND posts.created_at >= $3 AND posts.created_at < $4"
    " AND topics.id = posts.topic_id AND topics.visible = 1"
    " AND ($5 = 0 OR ($5 = 1) = (topics.accepted_post_number > 0))"
    " AND ($6 = 0 OR ($6 = 1) = (topics.closed <> 0))"
    " AND categories.id = topics.category_id AND categories.read_level <= $2"};
#undef FORIUM_CANDIDATE_COLUMNS
absl::Status SearchStore::SealedCandidate(int64_t post_id, const Bounds& bounds,
                                          absl::FunctionRef<void(const CandidateRow&)> found) {
  return tx_.Query(
      kSealedCandidate, [&](const Row& row) { found(ReadCandidate(row)); }, post_id, level_,
      bounds.after, bounds.before, bounds.solved, bounds.closed);
}

// The newest 50 that match, so that a word of a large hidden category costs no more than another.
#define FORIUM_READABLE(TABLE)                                                       \
  "SELECT 1 FROM (SELECT rowid AS id FROM " TABLE " WHERE " TABLE                    \
  " MATCH $1"                                                                        \
  " ORDER BY rowid DESC LIMIT 50) AS newest "                                        \
  "CROSS JOIN posts CROSS JOIN topics CROSS JOIN categories "                        \
  "WHERE posts.id = newest.id AND topics.id = posts.topic_id AND topics.visible = 1" \
  " AND categories.id = topics.category_id AND categories.read_level <= $2 LIMIT 1"
constexpr Statement kReadableOpening = {"readable_opening", FORIUM_READABLE("openings")};
constexpr Statement kReadableReply = {"readable_reply", FORIUM_READABLE("replies")};
#undef FORIUM_READABLE
absl::StatusOr<bool> SearchStore::Readable(std::string_view match) {
  bool readable = false;
  const auto note = [&](const Row&) { readable = true; };
  RETURN_IF_ERROR(tx_.Query(kReadableOpening, note, match, level_));
  if (readable) return true;
  RETURN_IF_ERROR(tx_.Query(kReadableReply, note, match, level_));
  return readable;
}

constexpr Statement kGreatestPostId = {"greatest_post_id",
                                       "SELECT id FROM posts ORDER BY id DESC LIMIT 1"};
absl::StatusOr<int64_t> SearchStore::GreatestPostId() {
  int64_t id = 0;
  RETURN_IF_ERROR(tx_.Query(kGreatestPostId, [&](const Row& row) { id = row.Int(0); }));
  return id;
}

constexpr Statement kNewestPostAt = {"newest_post_at",
                                     "SELECT created_at FROM posts ORDER BY id DESC LIMIT 1"};
absl::StatusOr<int64_t> SearchStore::NewestPostAt() {
  int64_t at = 0;
  RETURN_IF_ERROR(tx_.Query(kNewestPostAt, [&](const Row& row) { at = row.Int(0); }));
  return at;
}

constexpr Statement kTexts = {
    "texts",
    "SELECT posts.id, texts.checksum, texts.text FROM posts CROSS JOIN texts CROSS JOIN topics"
    " CROSS JOIN categories "
    "WHERE posts.id IN_LIST($1) AND texts.id = posts.id AND topics.id = posts.topic_id"
    " AND topics.visible = 1 AND categories.id = topics.category_id"
    " AND categories.read_level <= $2"};
absl::StatusOr<absl::flat_hash_map<int64_t, std::string>> SearchStore::Texts(
    const std::vector<int64_t>& post_ids) {
  absl::flat_hash_map<int64_t, std::string> texts;
  absl::Status verified;
  RETURN_IF_ERROR(tx_.Query(
      kTexts,
      [&](const Row& row) {
        absl::StatusOr<std::string> checked = VerifiedText(row.Int(1), row.Text(2));
        verified.Update(checked.status());
        if (checked.ok()) texts[row.Int(0)] = *std::move(checked);
      },
      post_ids, level_));
  RETURN_IF_ERROR(verified);
  return texts;
}

constexpr Statement kFirstText = {
    "first_text",
    "SELECT posts.id, posts.sealed, COALESCE(texts.checksum, -1), texts.text"
    " FROM topics CROSS JOIN categories CROSS JOIN posts LEFT JOIN texts ON texts.id = posts.id "
    "WHERE posts.topic_id = $1 AND posts.number = 1"
    " AND topics.id = posts.topic_id AND topics.visible = 1"
    " AND categories.id = topics.category_id AND categories.read_level <= $2"};
absl::StatusOr<std::string> SearchStore::FirstText(int64_t topic_id, const Segment& segment) {
  std::string text;
  absl::Status verified;
  RETURN_IF_ERROR(tx_.Query(
      kFirstText,
      [&](const Row& row) {
        absl::StatusOr<std::string> checked =
            row.Int(1) != 0 ? segment.TextOf(row.Int(0)) : VerifiedText(row.Int(2), row.Text(3));
        verified = checked.status();
        if (checked.ok()) text = *std::move(checked);
      },
      topic_id, level_));
  RETURN_IF_ERROR(verified);
  return text;
}

}  // namespace forium::search
