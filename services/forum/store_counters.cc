// SPDX-License-Identifier: Apache-2.0
// Proves the counters. Each is one query that answers (id, stored, counted) for every row; what
// differs is told, and mended by the same query. The order matters: later ones are counted from
// earlier ones.
#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"
#include "services/forum/store.h"

namespace forium::forum {
namespace {

using database::Row;
using database::Statement;

struct Counter {
  const char* what;  // before the id, and after it
  const char* column;
  Statement find;
  Statement repair;
};

#define FORIUM_COUNTER(table, column, query)                                                     \
  {                                                                                              \
    table, column,                                                                               \
        {"check_" table "_" column, "SELECT d.id, d.stored, d.counted FROM (" query              \
                                    ") d WHERE d.stored <> d.counted ORDER BY d.id LIMIT $1"},   \
        {"repair_" table "_" column, "UPDATE " table " SET " column " = d.counted FROM (" query  \
                                     ") d WHERE " table ".id = d.id AND d.stored <> d.counted"}, \
  }

#define FORIUM_OF_POSTS(column, aggregate)                         \
  "SELECT t.id AS id, t." column                                   \
  " AS stored, CAST(COALESCE(x.counted, 0) AS BIGINT) AS counted " \
  "FROM topics t LEFT JOIN (SELECT topic_id, " aggregate           \
  " AS counted FROM posts "                                        \
  "WHERE state = 0 AND kind < 2 GROUP BY topic_id) x ON x.topic_id = t.id"

#define FORIUM_OF_TOPICS(column, aggregate)                        \
  "SELECT c.id AS id, c." column                                   \
  " AS stored, CAST(COALESCE(x.counted, 0) AS BIGINT) AS counted " \
  "FROM categories c LEFT JOIN (SELECT category_id, " aggregate    \
  " AS counted FROM topics "                                       \
  "WHERE state = 0 GROUP BY category_id) x ON x.category_id = c.id"

#define FORIUM_OF_TAGGED(column, level)                                            \
  "SELECT g.id AS id, g." column                                                   \
  " AS stored, COALESCE(x.counted, 0) AS counted "                                 \
  "FROM tags g LEFT JOIN (SELECT y.tag_id, COUNT(*) AS counted FROM topic_tags y " \
  "JOIN topics t ON t.id = y.topic_id JOIN categories c ON c.id = t.category_id "  \
  "WHERE t.state = 0 AND c.read_level <= " level " GROUP BY y.tag_id) x ON x.tag_id = g.id"

constexpr Counter kCounters[] = {
    FORIUM_COUNTER(
        "posts", "likes_count",
        "SELECT p.id AS id, p.likes_count AS stored, COALESCE(x.counted, 0) AS counted FROM posts "
        "p "
        "LEFT JOIN (SELECT post_id, COUNT(*) AS counted FROM reactions GROUP BY post_id) x "
        "ON x.post_id = p.id"),
    FORIUM_COUNTER("posts", "replies_count",
                   "SELECT p.id AS id, p.replies_count AS stored, COALESCE(x.counted, 0) AS "
                   "counted FROM posts p "
                   "LEFT JOIN (SELECT topic_id, reply_to, COUNT(*) AS counted FROM posts "
                   "WHERE reply_to > 0 AND state = 0 AND kind < 2 GROUP BY topic_id, reply_to) x "
                   "ON x.topic_id = p.topic_id AND x.reply_to = p.number"),
    FORIUM_COUNTER("topics", "posts_count", FORIUM_OF_POSTS("posts_count", "COUNT(*)")),
    FORIUM_COUNTER("topics", "likes_count", FORIUM_OF_POSTS("likes_count", "SUM(likes_count)")),
    FORIUM_COUNTER("topics", "likes_imported",
                   FORIUM_OF_POSTS("likes_imported", "SUM(likes_imported)")),
    FORIUM_COUNTER("topics", "participants_count",
                   FORIUM_OF_POSTS("participants_count", "COUNT(DISTINCT author_id)")),
    FORIUM_COUNTER(
        "topics", "last_post_number",
        "SELECT t.id AS id, t.last_post_number AS stored, COALESCE(x.counted, 0) AS counted "
        "FROM topics t LEFT JOIN (SELECT topic_id, MAX(number) AS counted FROM posts GROUP BY "
        "topic_id) x "
        "ON x.topic_id = t.id"),
    FORIUM_COUNTER("topics", "last_visible_number",
                   FORIUM_OF_POSTS("last_visible_number", "MAX(number)")),
    FORIUM_COUNTER(
        "topics", "score",
        "SELECT id, score AS stored, posts_count + 2 * (likes_count + likes_imported) AS counted "
        "FROM topics"),
    FORIUM_COUNTER("categories", "topics_count", FORIUM_OF_TOPICS("topics_count", "COUNT(*)")),
    FORIUM_COUNTER("categories", "posts_count",
                   FORIUM_OF_TOPICS("posts_count", "SUM(posts_count)")),
    FORIUM_COUNTER("tags", "topics_anonymous", FORIUM_OF_TAGGED("topics_anonymous", "0")),
    FORIUM_COUNTER("tags", "topics_member", FORIUM_OF_TAGGED("topics_member", "1")),
    FORIUM_COUNTER("tags", "topics_moderator", FORIUM_OF_TAGGED("topics_moderator", "2")),
    FORIUM_COUNTER("tags", "topics_admin", FORIUM_OF_TAGGED("topics_admin", "3")),
};

// Keyed by user and topic, therefore apart.
#define FORIUM_MY_POSTS                                                            \
  "SELECT s.topic_id AS topic_id, s.user_id AS user_id, s.posts_count AS stored, " \
  "COALESCE(x.counted, 0) AS counted FROM topic_state s "                          \
  "LEFT JOIN (SELECT topic_id, author_id, COUNT(*) AS counted FROM posts "         \
  "WHERE state = 0 AND kind < 2 GROUP BY topic_id, author_id) x "                  \
  "ON x.topic_id = s.topic_id AND x.author_id = s.user_id"

constexpr Statement kCheckMyPosts{"check_topic_state_posts",
                                  "SELECT d.topic_id, d.stored, d.counted FROM (" FORIUM_MY_POSTS
                                  ") d WHERE d.stored <> d.counted ORDER BY d.topic_id LIMIT $1"};
constexpr Statement kRepairMyPosts{
    "repair_topic_state_posts",
    "UPDATE topic_state SET posts_count = d.counted FROM (" FORIUM_MY_POSTS
    ") d WHERE topic_state.topic_id = d.topic_id AND topic_state.user_id = d.user_id AND d.stored "
    "<> d.counted"};

// The order of a tag's list.
constexpr Statement kCheckTagOrder{"check_topic_tags_bumped_at", R"(
SELECT x.topic_id, x.bumped_at, t.bumped_at FROM topic_tags x JOIN topics t ON t.id = x.topic_id
WHERE x.bumped_at <> t.bumped_at ORDER BY x.topic_id LIMIT $1)"};
constexpr Statement kRepairTagOrder{"repair_topic_tags_bumped_at", R"(
UPDATE topic_tags SET bumped_at = t.bumped_at FROM topics t
WHERE t.id = topic_tags.topic_id AND topic_tags.bumped_at <> t.bumped_at)"};

constexpr Statement kCountRows{"check_rows", R"(
SELECT (SELECT COUNT(*) FROM posts) + (SELECT COUNT(*) FROM topics) + (SELECT COUNT(*) FROM categories)
  + (SELECT COUNT(*) FROM tags) + (SELECT COUNT(*) FROM topic_state))"};

}  // namespace

absl::StatusOr<int64_t> Store::CountRows() {
  int64_t rows = 0;
  RETURN_IF_ERROR(tx_.Query(kCountRows, [&](const Row& row) { rows = row.Int(0); }));
  return rows;
}

absl::Status Store::FindDifferences(int limit, std::vector<CounterDifference>* differences) {
  const auto find = [&](const Statement& statement, const char* table, const char* column) {
    const int64_t rest = limit - static_cast<int64_t>(differences->size());
    if (rest <= 0) return absl::OkStatus();
    return tx_.Query(
        statement,
        [&](const Row& row) {
          differences->push_back({absl::StrCat(table, " ", row.Int(0), " ", column), row.Int(0),
                                  row.Int(1), row.Int(2)});
        },
        rest);
  };
  for (const Counter& counter : kCounters) {
    RETURN_IF_ERROR(find(counter.find, counter.what, counter.column));
  }
  RETURN_IF_ERROR(find(kCheckMyPosts, "topic_state of topic", "posts_count"));
  return find(kCheckTagOrder, "topic_tags of topic", "bumped_at");
}

absl::Status Store::RepairCounters() {
  for (const Counter& counter : kCounters) {
    RETURN_IF_ERROR(tx_.Execute(counter.repair).status());
  }
  RETURN_IF_ERROR(tx_.Execute(kRepairMyPosts).status());
  return tx_.Execute(kRepairTagOrder).status();
}

}  // namespace forium::forum
