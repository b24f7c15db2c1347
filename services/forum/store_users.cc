// SPDX-License-Identifier: Apache-2.0
// Statements on the projection of accounts.
#include "services/base/status/macros.h"
#include "services/forum/store.h"

namespace forium::forum {

using database::Row;
using database::Statement;

constexpr Statement kListAuthors{
    "users_list",
    "SELECT id, username, display_name, role FROM users WHERE id IN_LIST($1) AND erased = 0"};

absl::Status Store::ListAuthors(const std::vector<int64_t>& ids, std::vector<v1::Author>* authors) {
  return tx_.Query(
      kListAuthors,
      [&](const Row& row) {
        v1::Author& author = authors->emplace_back();
        author.set_id(row.Int(0));
        author.set_username(std::string(row.Text(1)));
        author.set_display_name(std::string(row.Text(2)));
        author.set_role(static_cast<type::v1::Role>(row.Int(3)));
      },
      ids);
}

constexpr Statement kUpsertUser{"user_upsert", R"(
INSERT INTO users (id, username, display_name, role, version) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO UPDATE SET username = excluded.username, display_name = excluded.display_name,
  role = excluded.role, version = excluded.version
WHERE users.version < excluded.version AND users.erased = 0)"};

absl::Status Store::UpsertUser(const v1::Author& user, int64_t version) {
  return tx_
      .Execute(kUpsertUser, user.id(), user.username(), user.display_name(), user.role(), version)
      .status();
}

constexpr Statement kInsertUser{"user_insert", R"(
INSERT INTO users (id, username, display_name, role) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING)"};

absl::Status Store::InsertUsers(const std::vector<v1::Author>& users) {
  for (const v1::Author& user : users) {
    RETURN_IF_ERROR(
        tx_.Execute(kInsertUser, user.id(), user.username(), user.display_name(),
                    user.role() == type::v1::ANONYMOUS ? type::v1::MEMBER_ROLE : user.role())
            .status());
  }
  return absl::OkStatus();
}

// The row stays, so that nothing that comes late brings the name back.
constexpr Statement kEraseUser{"user_erase", R"(
INSERT INTO users (id, erased) VALUES ($1, 1)
ON CONFLICT (id) DO UPDATE SET username = '', display_name = '', role = 1, erased = 1)"};

absl::Status Store::EraseUser(int64_t id) { return tx_.Execute(kEraseUser, id).status(); }

#define FORIUM_MY_READABLE_POSTS                                                     \
  "FROM posts p CROSS JOIN topics t CROSS JOIN categories c WHERE p.author_id = $2 " \
  "AND p.state = 0 AND p.kind < 2 AND t.id = p.topic_id AND t.state = 0 "            \
  "AND c.id = t.category_id AND c.read_level <= $1"

constexpr Statement kUserPostStatistics{
    "user_statistics_posts",
    "SELECT COUNT(*), COALESCE(SUM(CASE WHEN p.number = 1 THEN 1 ELSE 0 END), 0),"
    " CAST(COALESCE(SUM(p.likes_count + p.likes_imported), 0) AS BIGINT), "
    "CAST(COALESCE(SUM(p.accepted), 0) AS BIGINT) " FORIUM_MY_READABLE_POSTS};

constexpr Statement kUserLikesGiven{"user_statistics_likes", R"(
SELECT COUNT(*) FROM reactions r CROSS JOIN posts p CROSS JOIN topics t CROSS JOIN categories c
WHERE r.user_id = $2 AND p.id = r.post_id AND p.state = 0 AND t.id = p.topic_id AND t.state = 0
  AND c.id = t.category_id AND c.read_level <= $1)"};

absl::Status Store::GetUserStatistics(const Reader& reader, int64_t user_id,
                                      v1::UserStatistics* statistics) {
  RETURN_IF_ERROR(tx_.Query(
      kUserPostStatistics,
      [&](const Row& row) {
        statistics->set_posts_count(static_cast<int32_t>(row.Int(0)));
        statistics->set_topics_count(static_cast<int32_t>(row.Int(1)));
        statistics->set_likes_received(static_cast<int32_t>(row.Int(2)));
        statistics->set_solutions_count(static_cast<int32_t>(row.Int(3)));
      },
      reader.level, user_id));
  return tx_.Query(
      kUserLikesGiven,
      [&](const Row& row) { statistics->set_likes_given(static_cast<int32_t>(row.Int(0))); },
      reader.level, user_id);
}

}  // namespace forium::forum
