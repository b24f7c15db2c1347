// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"
#include "services/search/queries/store.h"

namespace forium::search {
namespace {

using database::Row;
using database::Statement;

User ReadUser(const Row& row) {
  return {.id = row.Int(0),
          .username = std::string(row.Text(1)),
          .display_name = std::string(row.Text(2)),
          .role = row.Int(3),
          .posts = row.Int(4),
          .likes = row.Int(5)};
}

}  // namespace

constexpr Statement kReadableCategories = {
    "readable_categories",
    "SELECT id, slug, name FROM categories WHERE read_level <= $1 ORDER BY id"};
absl::StatusOr<std::vector<Category>> SearchStore::Categories() {
  std::vector<Category> categories;
  RETURN_IF_ERROR(tx_.Query(
      kReadableCategories,
      [&](const Row& row) {
        categories.push_back({row.Int(0), std::string(row.Text(1)), std::string(row.Text(2))});
      },
      level_));
  return categories;
}

constexpr Statement kMayReadCategory = {
    "may_read_category", "SELECT 1 FROM categories WHERE id = $1 AND read_level <= $2"};
absl::StatusOr<bool> SearchStore::MayReadCategory(int64_t id) {
  bool may = false;
  RETURN_IF_ERROR(tx_.Query(
      kMayReadCategory, [&](const Row&) { may = true; }, id, level_));
  return may;
}

constexpr Statement kReadableTopic = {
    "readable_topic",
    "SELECT topics.id, topics.category_id, topics.title, topics.slug, topics.tags "
    "FROM topics CROSS JOIN categories "
    "WHERE topics.id = $1 AND topics.visible = 1 AND categories.id = topics.category_id"
    " AND categories.read_level <= $2"};
absl::StatusOr<std::optional<ReadableTopic>> SearchStore::Topic(int64_t id) {
  std::optional<ReadableTopic> topic;
  RETURN_IF_ERROR(tx_.Query(
      kReadableTopic,
      [&](const Row& row) {
        topic = ReadableTopic{.id = row.Int(0),
                              .category_id = row.Int(1),
                              .title = std::string(row.Text(2)),
                              .slug = std::string(row.Text(3)),
                              .tags = std::string(row.Text(4))};
      },
      id, level_));
  return topic;
}

constexpr Statement kPostsWith = {"posts_with", "SELECT posts FROM vocabulary WHERE word = $1"};
absl::StatusOr<int64_t> SearchStore::PostsWith(std::string_view word) {
  int64_t posts = 0;
  RETURN_IF_ERROR(tx_.Query(
      kPostsWith, [&](const Row& row) { posts = row.Int(0); }, word));
  return posts;
}

constexpr Statement kNewestTags = {
    "newest_tags",
    "SELECT topics.tags FROM topics CROSS JOIN categories "
    "WHERE topics.visible = 1 AND topics.tags <> '' AND categories.id = topics.category_id"
    " AND categories.read_level <= $1 ORDER BY topics.id DESC LIMIT $2"};
absl::Status SearchStore::NewestTags(int64_t limit,
                                     absl::FunctionRef<void(std::string_view)> each) {
  return tx_.Query(
      kNewestTags, [&](const Row& row) { each(row.Text(0)); }, level_, limit);
}

constexpr Statement kUsersById = {
    "users_by_id",
    "SELECT id, username, display_name, role, posts, likes FROM users WHERE id IN_LIST($1)"};
absl::StatusOr<std::vector<User>> SearchStore::Users(const std::vector<int64_t>& ids) {
  std::vector<User> users;
  RETURN_IF_ERROR(tx_.Query(
      kUsersById, [&](const Row& row) { users.push_back(ReadUser(row)); }, ids));
  return users;
}

constexpr Statement kUserNamed = {"user_named",
                                  "SELECT id, username, display_name, role, posts, likes FROM users"
                                  " WHERE username = $1 COLLATE NOCASE AND username <> '' LIMIT 1"};
absl::StatusOr<std::optional<User>> SearchStore::UserNamed(std::string_view username) {
  std::optional<User> user;
  RETURN_IF_ERROR(tx_.Query(
      kUserNamed, [&](const Row& row) { user = ReadUser(row); }, username));
  return user;
}

constexpr Statement kUsersFrom = {
    "users_from",
    "SELECT id, username, display_name, role, posts, likes FROM"
    " (SELECT id, username, display_name, role, posts, likes FROM users"
    "  WHERE username >= $1 COLLATE NOCASE AND username < $2 COLLATE NOCASE"
    "  ORDER BY username COLLATE NOCASE LIMIT 200) AS near "
    "ORDER BY posts DESC, id LIMIT $3"};
absl::StatusOr<std::vector<User>> SearchStore::UsersFrom(std::string_view prefix, int limit) {
  std::vector<User> users;
  // No character of a name is greater.
  const std::string end = absl::StrCat(std::string(prefix), "\xF4\x8F\xBF\xBF");
  RETURN_IF_ERROR(tx_.Query(
      kUsersFrom, [&](const Row& row) { users.push_back(ReadUser(row)); }, prefix, end, limit));
  return users;
}

constexpr Statement kMembers = {
    "members",
    "SELECT id, username, display_name, role, posts, likes FROM users "
    "WHERE username <> '' AND (posts < $2 OR (posts = $2 AND id > $3))"
    " AND (substr(folded, 1, length($1)) = $1 OR instr(folded, ' ' || $1) > 0) "
    "ORDER BY posts DESC, id LIMIT $4"};
absl::StatusOr<std::vector<User>> SearchStore::Members(const MemberQuery& query) {
  std::vector<User> users;
  RETURN_IF_ERROR(tx_.Query(
      kMembers, [&](const Row& row) { users.push_back(ReadUser(row)); }, query.folded,
      query.after_posts, query.after_id, query.limit));
  return users;
}

}  // namespace forium::search
