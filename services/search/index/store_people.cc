// SPDX-License-Identifier: Apache-2.0
// Statements on categories and users.
#include "services/base/status/macros.h"
#include "services/search/index/store.h"

namespace forium::search {

using database::Row;
using database::Statement;

constexpr Statement kPutCategory{"search_put_category", R"(
INSERT INTO categories (id, slug, name, read_level) VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name,
  read_level = excluded.read_level)"};

absl::Status IndexStore::PutCategory(const forum::v1::CategoryDocument& category) {
  return tx_
      .Execute(kPutCategory, category.id(), category.slug(), category.name(), category.read_role())
      .status();
}

constexpr Statement kDropCategory{"search_drop_category", "DELETE FROM categories WHERE id = $1"};

absl::Status IndexStore::DropCategory(int64_t id) {
  return tx_.Execute(kDropCategory, id).status();
}

constexpr Statement kPublicCategories{"search_public_categories",
                                      "SELECT id FROM categories WHERE read_level = 0"};

absl::StatusOr<absl::flat_hash_set<int64_t>> IndexStore::PublicCategories() {
  absl::flat_hash_set<int64_t> ids;
  RETURN_IF_ERROR(tx_.Query(kPublicCategories, [&](const Row& row) { ids.insert(row.Int(0)); }));
  return ids;
}

constexpr Statement kPutUser{"search_put_user", R"(
INSERT INTO users (id, username, display_name, folded, role) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO UPDATE SET username = excluded.username,
  display_name = excluded.display_name, folded = excluded.folded, role = excluded.role)"};

absl::Status IndexStore::PutUser(const forum::v1::UserDocument& user, std::string_view folded) {
  return tx_.Execute(kPutUser, user.id(), user.username(), user.display_name(), folded, user.role())
      .status();
}

constexpr Statement kCountForAuthor{"search_count_for_author", R"(
INSERT INTO users (id, username, display_name, folded, role, posts, likes)
VALUES ($1, '', '', '', 0, $2, $3)
ON CONFLICT (id) DO UPDATE SET posts = users.posts + excluded.posts,
  likes = users.likes + excluded.likes)"};

absl::Status IndexStore::CountForAuthor(const AuthorDelta& delta) {
  return tx_.Execute(kCountForAuthor, delta.user_id, delta.posts, delta.likes).status();
}

constexpr Statement kForgetAuthors{"search_forget_authors",
                                   "UPDATE users SET posts = 0, likes = 0"};
constexpr Statement kRecountAuthors{"search_recount_authors", R"(
INSERT INTO users (id, username, display_name, folded, role, posts, likes)
SELECT p.author_id, '', '', '', 0, COUNT(*), SUM(p.likes_count)
FROM posts p CROSS JOIN topics t ON t.id = p.topic_id CROSS JOIN categories c ON c.id = t.category_id
WHERE c.read_level = 0 AND t.visible = 1 GROUP BY p.author_id
ON CONFLICT (id) DO UPDATE SET posts = excluded.posts, likes = excluded.likes)"};

absl::Status IndexStore::RecountAuthors() {
  RETURN_IF_ERROR(tx_.Execute(kForgetAuthors).status());
  return tx_.Execute(kRecountAuthors).status();
}

constexpr Statement kAuthorsOf{"search_authors_of_topic", R"(
SELECT author_id, COUNT(*), SUM(likes_count) FROM posts WHERE topic_id = $1 GROUP BY author_id)"};

absl::StatusOr<std::vector<AuthorDelta>> IndexStore::AuthorsOf(int64_t topic_id) {
  std::vector<AuthorDelta> authors;
  RETURN_IF_ERROR(tx_.Query(
      kAuthorsOf,
      [&](const Row& row) {
        authors.push_back({.user_id = row.Int(0), .posts = row.Int(1), .likes = row.Int(2)});
      },
      topic_id));
  return authors;
}

}  // namespace forium::search
