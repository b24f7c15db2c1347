// SPDX-License-Identifier: Apache-2.0
// Statements on topics, one at a time; lists are in store_topic_lists.cc.
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/store.h"
#include "services/forum/store_rows.h"

namespace forium::forum {
namespace {

using database::Row;
using database::Statement;

absl::Status NoTopic() {
  return status::NotFound("This topic does not exist, or is not open to you.");
}

}  // namespace

constexpr Statement kGetTopic{"topic_get",
                              "SELECT" FORIUM_TOPIC_COLUMNS ", t.excerpt," FORIUM_CATEGORY_COLUMNS
                              "FROM topics t CROSS JOIN categories c" FORIUM_MY_TOPIC_STATE
                              "WHERE t.id = $3 AND" FORIUM_TOPIC_READABLE};

absl::Status Store::GetTopic(const Reader& reader, int64_t id, v1::Topic* topic) {
  bool found = false;
  RETURN_IF_ERROR(tx_.Query(
      kGetTopic,
      [&](const Row& row) {
        found = true;
        ReadTopic(row, 0, topic);
        topic->set_excerpt(std::string(row.Text(kTopicColumns)));
        ReadCategory(row, kTopicColumns + 1, topic->mutable_category());
      },
      reader.level, reader.user_id, id));
  return found ? absl::OkStatus() : NoTopic();
}

constexpr Statement kFindTopic{"topic_find", "SELECT" FORIUM_TOPIC_FACTS
                                             "FROM topics t CROSS JOIN categories c "
                                             "WHERE t.id = $3 AND" FORIUM_TOPIC_READABLE};

absl::StatusOr<TopicFacts> Store::FindTopic(const Reader& reader, int64_t id) {
  TopicFacts facts;
  RETURN_IF_ERROR(tx_.Query(
      kFindTopic, [&](const Row& row) { ReadTopicFacts(row, 0, &facts); }, reader.level,
      reader.user_id, id));
  if (facts.id == 0) return NoTopic();
  return facts;
}

// Never back: of two who write at once, the later one may carry the earlier time.
#define FORIUM_CHANGED_AT(now) \
  " changed_at = CASE WHEN changed_at < " now " THEN " now " ELSE changed_at END "

constexpr Statement kInsertTopic{"topic_insert", R"(
INSERT INTO topics (
  id, category_id, author_id, title, slug, tags, excerpt, recent_poster_ids, created_at, last_posted_at, bumped_at,
  posts_count, participants_count, last_post_number, last_visible_number, last_poster_id, likes_imported,
  views_imported, accepted_post_number, closed, archived, pinned_at, state, score, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
  $25)
)"};

absl::Status Store::InsertTopic(const NewTopic& topic) {
  const int64_t score = topic.posts_count + 2 * topic.likes_imported;
  return tx_
      .Execute(kInsertTopic, topic.id, topic.category_id, topic.author_id, topic.title, topic.slug,
               topic.tags, topic.excerpt, topic.recent_poster_ids, topic.created_at,
               topic.last_posted_at, topic.bumped_at, topic.posts_count, topic.participants_count,
               topic.last_post_number, topic.last_visible_number, topic.last_poster_id,
               topic.likes_imported, topic.views_imported, topic.accepted_post_number, topic.closed,
               topic.archived, topic.pinned_at, topic.state, score, topic.changed_at)
      .status();
}

constexpr Statement kUpdateTopic{"topic_update", R"(
UPDATE topics SET category_id = $2, title = $3, slug = $4, version = version + 1 WHERE id = $1)"};

absl::Status Store::UpdateTopic(int64_t id, int64_t category_id, std::string_view title,
                                std::string_view slug) {
  return tx_.Execute(kUpdateTopic, id, category_id, title, slug).status();
}

constexpr Statement kSetTopicTagText{
    "topic_set_tags", "UPDATE topics SET tags = $2, version = version + 1 WHERE id = $1"};

absl::Status Store::SetTopicTagText(int64_t id, std::string_view tags) {
  return tx_.Execute(kSetTopicTagText, id, tags).status();
}

constexpr Statement kSetTopicExcerpt{"topic_set_excerpt",
                                     "UPDATE topics SET excerpt = $2 WHERE id = $1"};

absl::Status Store::SetTopicExcerpt(int64_t id, std::string_view excerpt) {
  return tx_.Execute(kSetTopicExcerpt, id, excerpt).status();
}

constexpr Statement kSetClosed{
    "topic_set_closed", "UPDATE topics SET closed = $2, version = version + 1 WHERE id = $1"};

absl::Status Store::SetClosed(int64_t id, bool closed) {
  return tx_.Execute(kSetClosed, id, closed).status();
}

constexpr Statement kSetPinned{
    "topic_set_pinned", "UPDATE topics SET pinned_at = $2, version = version + 1 WHERE id = $1"};

absl::Status Store::SetPinned(int64_t id, int64_t pinned_at) {
  return tx_.Execute(kSetPinned, id, pinned_at).status();
}

constexpr Statement kSetTopicState{
    "topic_set_state",
    "UPDATE topics SET state = $2, state_at = $3, state_by_id = $4, state_reason = $5,"
    " version = version + 1," FORIUM_CHANGED_AT("$3") "WHERE id = $1"};

absl::Status Store::SetTopicState(int64_t id, const StateChange& change) {
  return tx_.Execute(kSetTopicState, id, change.state, change.at, change.by_id, change.reason)
      .status();
}

constexpr Statement kOthersWrote{"topic_others_wrote", R"(
SELECT 1 FROM posts WHERE topic_id = $1 AND author_id <> $2 AND kind < 2 LIMIT 1)"};

absl::StatusOr<bool> Store::OthersWrote(int64_t topic_id, int64_t author_id) {
  bool others = false;
  RETURN_IF_ERROR(tx_.Query(
      kOthersWrote, [&](const Row&) { others = true; }, topic_id, author_id));
  return others;
}

constexpr Statement kTakeSmallActionNumber{
    "topic_take_action_number",
    "UPDATE topics SET last_post_number = last_post_number + 1,"
    " version = version + 1," FORIUM_CHANGED_AT("$2") "WHERE id = $1 RETURNING last_post_number"};

absl::StatusOr<int64_t> Store::TakeSmallActionNumber(int64_t topic_id, int64_t now) {
  int64_t number = 0;
  RETURN_IF_ERROR(tx_.Query(
      kTakeSmallActionNumber, [&](const Row& row) { number = row.Int(0); }, topic_id, now));
  return number;
}

constexpr Statement kTakePostNumber{
    "topic_take_number",
    "UPDATE topics SET last_post_number = last_post_number + 1,"
    " last_visible_number = last_post_number + 1, posts_count = posts_count + 1, score = score + 1,"
    " participants_count = participants_count + $2, last_posted_at = $3, bumped_at = $3,"
    " last_poster_id = $4, recent_poster_ids = $5, version = version + 1," FORIUM_CHANGED_AT(
        "$3") "WHERE id = $1 RETURNING last_post_number"};

absl::StatusOr<int64_t> Store::TakePostNumber(int64_t topic_id, int64_t author_id, int64_t now,
                                              bool first_of_author,
                                              std::string_view recent_poster_ids) {
  int64_t number = 0;
  RETURN_IF_ERROR(tx_.Query(
      kTakePostNumber, [&](const Row& row) { number = row.Int(0); }, topic_id, first_of_author, now,
      author_id, recent_poster_ids));
  return number;
}

// Evenly spaced numbers, joined to the posts that have them; where a number is missing there is no
// point.
constexpr Statement kGetTimeline{"topic_timeline", R"(
WITH RECURSIVE
  bounds (last, step) AS (
    SELECT last_post_number, CASE WHEN last_post_number > $2 THEN (last_post_number + $2 - 2) / ($2 - 1) ELSE 1 END
    FROM topics WHERE id = $1),
  points (number) AS (
    SELECT CAST(1 AS BIGINT)
    UNION ALL
    SELECT CASE WHEN number + step > last THEN last ELSE number + step END
    FROM points, bounds WHERE number < last)
SELECT p.number, p.created_at FROM points CROSS JOIN posts p
WHERE p.topic_id = $1 AND p.number = points.number ORDER BY p.number)"};

absl::Status Store::GetTimeline(int64_t topic_id, int points, v1::Timeline* timeline) {
  return tx_.Query(
      kGetTimeline,
      [&](const Row& row) {
        v1::TimelinePoint* point = timeline->add_points();
        point->set_number(static_cast<int32_t>(row.Int(0)));
        SetTime(row.Int(1), point->mutable_created_at());
      },
      topic_id, points);
}

constexpr Statement kAddPostToTopic{"topic_add_post", R"(
UPDATE topics SET
  posts_count = topics.posts_count + $3, participants_count = topics.participants_count + $4,
  likes_count = topics.likes_count + $3 * p.likes_count,
  likes_imported = topics.likes_imported + $3 * p.likes_imported,
  score = topics.score + $3 + $3 * 2 * (p.likes_count + p.likes_imported), version = topics.version + 1
FROM posts p WHERE topics.id = $1 AND p.id = $2)"};

absl::Status Store::AddPostToTopic(int64_t id, int64_t post_id, int64_t posts,
                                   int64_t participants) {
  return tx_.Execute(kAddPostToTopic, id, post_id, posts, participants).status();
}

constexpr Statement kAddLikesToTopic{"topic_add_likes", R"(
UPDATE topics SET likes_count = likes_count + $2, score = score + 2 * $2, version = version + 1 WHERE id = $1)"};

absl::Status Store::AddLikesToTopic(int64_t id, int64_t likes) {
  return tx_.Execute(kAddLikesToTopic, id, likes).status();
}

constexpr Statement kLastVisiblePosts{"topic_last_posts", R"(
SELECT number, author_id, created_at FROM posts WHERE topic_id = $1 AND state = 0 AND kind < 2
ORDER BY number DESC LIMIT 30)"};

constexpr Statement kSetLastPost{"topic_set_last_post", R"(
UPDATE topics SET last_visible_number = $2, last_poster_id = $3, last_posted_at = $4, bumped_at = $4,
  recent_poster_ids = $5 WHERE id = $1)"};

constexpr Statement kSetNoLastPost{"topic_set_no_last_post",
                                   "UPDATE topics SET last_visible_number = 0 WHERE id = $1"};

absl::StatusOr<int64_t> Store::RefreshLastPost(int64_t topic_id) {
  int64_t number = 0, poster = 0, time = 0;
  std::vector<int64_t> posters;
  RETURN_IF_ERROR(tx_.Query(
      kLastVisiblePosts,
      [&](const Row& row) {
        if (posters.empty()) {
          number = row.Int(0);
          poster = row.Int(1);
          time = row.Int(2);
        }
        const int64_t author = row.Int(1);
        bool known = posters.size() >= 3;
        for (const int64_t id : posters) known = known || id == author;
        if (!known) posters.push_back(author);
      },
      topic_id));
  if (number == 0) {  // nothing visible is left: the topic keeps its place
    RETURN_IF_ERROR(tx_.Execute(kSetNoLastPost, topic_id).status());
    return 0;
  }
  RETURN_IF_ERROR(
      tx_.Execute(kSetLastPost, topic_id, number, poster, time, JoinIds(posters)).status());
  return time;
}

constexpr Statement kSetAcceptedNumber{
    "topic_set_accepted",
    "UPDATE topics SET accepted_post_number = $2,"
    " version = version + 1," FORIUM_CHANGED_AT("$3") "WHERE id = $1"};

absl::Status Store::SetAcceptedNumber(int64_t topic_id, int64_t number, int64_t now) {
  return tx_.Execute(kSetAcceptedNumber, topic_id, number, now).status();
}

constexpr Statement kSetTopicChanged{"topic_set_changed",
                                     "UPDATE topics SET" FORIUM_CHANGED_AT("$2") "WHERE id = $1"};

absl::Status Store::SetTopicChanged(int64_t id, int64_t now) {
  return tx_.Execute(kSetTopicChanged, id, now).status();
}

}  // namespace forium::forum
