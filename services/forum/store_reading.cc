// SPDX-License-Identifier: Apache-2.0
// Statements on what users have read: one row per user and topic, one per user.
#include "services/base/status/macros.h"
#include "services/forum/store.h"
#include "services/forum/store_rows.h"

namespace forium::forum {

using database::Row;
using database::Statement;

// A number past the end is the end.
constexpr Statement kMarkRead{"read_mark", R"(
INSERT INTO topic_state (user_id, topic_id, last_read_number)
SELECT CAST($1 AS BIGINT), t.id, CASE WHEN t.last_post_number < $3 THEN t.last_post_number ELSE $3 END
FROM topics t WHERE t.id = $2
ON CONFLICT (user_id, topic_id) DO UPDATE SET last_read_number = excluded.last_read_number
WHERE topic_state.last_read_number < excluded.last_read_number)"};

absl::Status Store::MarkRead(int64_t user_id, int64_t topic_id, int64_t number) {
  return tx_.Execute(kMarkRead, user_id, topic_id, number).status();
}

constexpr Statement kMarkAllRead{"read_mark_all", R"(
UPDATE topic_state SET
  last_read_number = (SELECT t.last_post_number FROM topics t WHERE t.id = topic_state.topic_id)
WHERE user_id = $1
  AND last_read_number < (SELECT t.last_visible_number FROM topics t WHERE t.id = topic_state.topic_id))"};

absl::Status Store::MarkAllRead(int64_t user_id) {
  return tx_.Execute(kMarkAllRead, user_id).status();
}

constexpr Statement kSetNewSince{"user_new_since", R"(
INSERT INTO user_state (user_id, new_since, last_seen_at) VALUES ($1, $2, $2)
ON CONFLICT (user_id) DO UPDATE SET new_since = excluded.new_since, last_seen_at = excluded.last_seen_at)"};

absl::Status Store::SetNewSince(int64_t user_id, int64_t now) {
  return tx_.Execute(kSetNewSince, user_id, now).status();
}

constexpr Statement kSeen{"user_seen", R"(
INSERT INTO user_state (user_id, new_since, last_seen_at) VALUES ($1, $2, $2)
ON CONFLICT (user_id) DO UPDATE SET
  new_since = CASE WHEN user_state.last_seen_at + $3 < excluded.last_seen_at
    THEN user_state.last_seen_at ELSE user_state.new_since END,
  last_seen_at = excluded.last_seen_at
WHERE user_state.last_seen_at < excluded.last_seen_at)"};

absl::Status Store::Seen(int64_t user_id, int64_t now, int64_t pause) {
  return tx_.Execute(kSeen, user_id, now, pause).status();
}

// Both counts at once, because every page of a member shows them: unread, then new.
constexpr Statement kCountUnread{
    "unread_count",
    "SELECT (SELECT COUNT(*) FROM topic_state s CROSS JOIN topics t CROSS JOIN categories c "
    "WHERE s.user_id = $2 AND t.id = s.topic_id "
    "AND t.last_visible_number > s.last_read_number AND" FORIUM_TOPIC_LISTED
    "), (SELECT COUNT(*) FROM topics t CROSS JOIN categories c" FORIUM_MY_TOPIC_STATE
    "WHERE s.user_id IS NULL AND t.author_id <> $2 AND t.created_at >"
    " COALESCE((SELECT v.new_since FROM user_state v WHERE v.user_id = $2), 9223372036854775807)"
    "AND" FORIUM_TOPIC_LISTED ")"};

absl::Status Store::CountUnread(const Reader& reader, v1::Unread* unread) {
  return tx_.Query(
      kCountUnread,
      [&](const Row& row) {
        unread->set_unread_topics(static_cast<int32_t>(row.Int(0)));
        unread->set_new_topics(static_cast<int32_t>(row.Int(1)));
      },
      reader.level, reader.user_id);
}

constexpr Statement kAddViews{"topic_add_views",
                              "UPDATE topics SET views_count = views_count + $2 WHERE id = $1"};

absl::Status Store::AddViews(int64_t topic_id, int64_t views) {
  return tx_.Execute(kAddViews, topic_id, views).status();
}

constexpr Statement kAddMyPosts{"read_add_posts", R"(
INSERT INTO topic_state (user_id, topic_id, last_read_number, posts_count) VALUES ($1, $2, $4, $3)
ON CONFLICT (user_id, topic_id) DO UPDATE SET
  posts_count = topic_state.posts_count + excluded.posts_count,
  last_read_number = CASE WHEN topic_state.last_read_number < excluded.last_read_number
    THEN excluded.last_read_number ELSE topic_state.last_read_number END
RETURNING posts_count)"};

absl::StatusOr<int64_t> Store::AddMyPosts(int64_t user_id, int64_t topic_id, int64_t posts,
                                          int64_t read_number) {
  int64_t sum = 0;
  RETURN_IF_ERROR(tx_.Query(
      kAddMyPosts, [&](const Row& row) { sum = row.Int(0); }, user_id, topic_id, posts,
      read_number));
  return sum;
}

}  // namespace forium::forum
