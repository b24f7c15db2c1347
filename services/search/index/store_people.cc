// SPDX-License-Identifier: Apache-2.0
// Statements on categories and users.
#include "services/search/index/store.h"

namespace forium::search {

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

}  // namespace forium::search
