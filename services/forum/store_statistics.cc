// SPDX-License-Identifier: Apache-2.0
// Statements of the administration's statistics. They count what the reader may read.
#include "services/base/status/macros.h"
#include "services/forum/store.h"
#include "services/forum/store_rows.h"

namespace forium::forum {
namespace {

using database::Row;
using database::Statement;

constexpr int64_t kMicrosecondsPerDay = 86'400'000'000;

#define FORIUM_READABLE_TOPIC "c.id = t.category_id AND c.read_level <= $1 AND t.state = 0 "

constexpr Statement kTotals{"statistics_totals", R"(
SELECT CAST(COALESCE(SUM(topics_count), 0) AS BIGINT), CAST(COALESCE(SUM(posts_count), 0) AS BIGINT)
FROM categories WHERE read_level <= $1)"};

constexpr Statement kLikes{
    "statistics_likes",
    "SELECT CAST(COALESCE(SUM(t.likes_count + t.likes_imported), 0) AS BIGINT) "
    "FROM topics t CROSS JOIN categories c WHERE " FORIUM_READABLE_TOPIC};

constexpr Statement kAuthors{
    "statistics_authors",
    "SELECT COUNT(DISTINCT s.user_id) "
    "FROM topic_state s CROSS JOIN topics t CROSS JOIN categories c "
    "WHERE s.posts_count > 0 AND t.id = s.topic_id AND " FORIUM_READABLE_TOPIC};

constexpr Statement kTags{"statistics_tags", R"(
SELECT COUNT(*) FROM tags WHERE CASE WHEN $1 >= 3 THEN topics_admin WHEN $1 = 2 THEN topics_moderator
  WHEN $1 = 1 THEN topics_member ELSE topics_anonymous END > 0)"};

constexpr Statement kTopicsByDay{
    "statistics_topics_by_day",
    "SELECT t.created_at / 86400000000, COUNT(*) "
    "FROM topics t CROSS JOIN categories c WHERE t.created_at >= $2 AND " FORIUM_READABLE_TOPIC
    "GROUP BY 1"};

// A post of these days is in a topic that was bumped since.
constexpr Statement kPostsByDay{
    "statistics_posts_by_day",
    "SELECT p.created_at / 86400000000, COUNT(*) "
    "FROM topics t CROSS JOIN categories c CROSS JOIN posts p "
    "WHERE t.bumped_at >= $2 AND " FORIUM_READABLE_TOPIC
    "AND p.topic_id = t.id AND p.created_at >= $2 AND p.state = 0 AND p.kind < 2 "
    "GROUP BY 1"};

constexpr Statement kLikesByDay{
    "statistics_likes_by_day",
    "SELECT r.created_at / 86400000000, COUNT(*) "
    "FROM reactions r CROSS JOIN posts p CROSS JOIN topics t CROSS JOIN categories c "
    "WHERE r.created_at >= $2 AND p.id = r.post_id AND p.state = 0 "
    "AND t.id = p.topic_id AND " FORIUM_READABLE_TOPIC "GROUP BY 1"};

}  // namespace

absl::Status Store::GetStatistics(const Reader& reader, int64_t since, v1::Statistics* statistics) {
  RETURN_IF_ERROR(tx_.Query(
      kTotals,
      [&](const Row& row) {
        statistics->set_topics_count(row.Int(0));
        statistics->set_posts_count(row.Int(1));
      },
      reader.level));
  RETURN_IF_ERROR(tx_.Query(
      kLikes, [&](const Row& row) { statistics->set_likes_count(row.Int(0)); }, reader.level));
  RETURN_IF_ERROR(tx_.Query(
      kAuthors, [&](const Row& row) { statistics->set_authors_count(row.Int(0)); }, reader.level));
  RETURN_IF_ERROR(tx_.Query(
      kTags, [&](const Row& row) { statistics->set_tags_count(row.Int(0)); }, reader.level));

  const int64_t first_day = since / kMicrosecondsPerDay;
  for (int64_t day = first_day; day < first_day + 30; ++day) {
    SetTime(day * kMicrosecondsPerDay, statistics->add_days()->mutable_day());
  }
  const auto by_day = [&](const Statement& statement, void (v1::Statistics::Day::*set)(int32_t)) {
    return tx_.Query(
        statement,
        [&](const Row& row) {
          const int64_t index = row.Int(0) - first_day;
          if (index < 0 || index >= statistics->days_size()) return;
          (statistics->mutable_days(static_cast<int>(index))->*set)(
              static_cast<int32_t>(row.Int(1)));
        },
        reader.level, first_day * kMicrosecondsPerDay);
  };
  RETURN_IF_ERROR(by_day(kTopicsByDay, &v1::Statistics::Day::set_topics));
  RETURN_IF_ERROR(by_day(kPostsByDay, &v1::Statistics::Day::set_posts));
  return by_day(kLikesByDay, &v1::Statistics::Day::set_likes);
}

}  // namespace forium::forum
