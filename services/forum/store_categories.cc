// SPDX-License-Identifier: Apache-2.0
// Statements on categories.
#include <charconv>

#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/store.h"
#include "services/forum/store_rows.h"

namespace forium::forum {

using database::Row;
using database::Statement;

// The derived table is empty for readers without marks, the anonymous ones among them.
constexpr Statement kListCategories{"categories_list", "SELECT" FORIUM_CATEGORY_COLUMNS
                                                       ", COALESCE(u.topics, 0) "
                                                       R"(
FROM categories c
LEFT JOIN (
  SELECT t.category_id AS category_id, COUNT(*) AS topics
  FROM topic_state s CROSS JOIN topics t
  WHERE s.user_id = $2 AND t.id = s.topic_id AND t.last_visible_number > s.last_read_number
    AND (t.state = 0 OR (t.state = 1 AND $1 >= 2))
  GROUP BY t.category_id) u ON u.category_id = c.id
WHERE c.read_level <= $1 ORDER BY c.position, c.id)"};

absl::Status Store::ListCategories(const Reader& reader, v1::ListCategoriesResponse* response) {
  return tx_.Query(
      kListCategories,
      [&](const Row& row) {
        v1::Category* category = response->add_categories();
        ReadCategory(row, 0, category);
        category->set_unread_count(static_cast<int32_t>(row.Int(11)));
      },
      reader.level, reader.user_id);
}

constexpr Statement kFindCategory{"category_find",
                                  "SELECT" FORIUM_CATEGORY_COLUMNS
                                  "FROM categories c WHERE c.id = $2 AND c.read_level <= $1"};

absl::StatusOr<v1::Category> Store::FindCategory(const Reader& reader, int64_t id) {
  v1::Category category;
  RETURN_IF_ERROR(tx_.Query(
      kFindCategory, [&](const Row& row) { ReadCategory(row, 0, &category); }, reader.level, id));
  if (category.id() == 0) {
    return status::NotFound("This category does not exist, or is not open to you.");
  }
  return category;
}

constexpr Statement kCategoryVersion{"category_version",
                                     "SELECT version FROM categories WHERE id = $1"};

absl::StatusOr<int64_t> Store::CategoryVersion(int64_t id) {
  int64_t version = 0;
  RETURN_IF_ERROR(tx_.Query(
      kCategoryVersion, [&](const Row& row) { version = row.Int(0); }, id));
  return version;
}

constexpr Statement kCategoryExists{"category_exists", R"(
SELECT 1 FROM categories c WHERE c.read_level <= $1 AND (c.slug = $2 OR c.id = CAST($3 AS BIGINT)))"};

absl::StatusOr<bool> Store::CategoryExists(const Reader& reader, std::string_view slug_or_id) {
  int64_t id = 0;
  std::from_chars(slug_or_id.data(), slug_or_id.data() + slug_or_id.size(), id);
  bool exists = false;
  RETURN_IF_ERROR(tx_.Query(
      kCategoryExists, [&](const Row&) { exists = true; }, reader.level, slug_or_id, id));
  return exists;
}

constexpr Statement kAnyCategory{"category_any", "SELECT 1 FROM categories LIMIT 1"};

absl::StatusOr<bool> Store::AnyCategory() {
  bool any = false;
  RETURN_IF_ERROR(tx_.Query(kAnyCategory, [&](const Row&) { any = true; }));
  return any;
}

constexpr Statement kDeleteUntouchedFirstCategory{"category_delete_untouched", R"(
DELETE FROM categories WHERE slug = 'general' AND version = 1 AND NOT EXISTS (SELECT 1 FROM topics)
  AND (SELECT COUNT(*) FROM categories) = 1 AND NOT EXISTS (SELECT 1 FROM import_map))"};

absl::Status Store::DeleteUntouchedFirstCategory() {
  return tx_.Execute(kDeleteUntouchedFirstCategory).status();
}

constexpr Statement kCategoryIsEmpty{"category_is_empty",
                                     "SELECT 1 FROM topics WHERE category_id = $1 LIMIT 1"};

absl::StatusOr<bool> Store::CategoryIsEmpty(int64_t id) {
  bool empty = true;
  RETURN_IF_ERROR(tx_.Query(
      kCategoryIsEmpty, [&](const Row&) { empty = false; }, id));
  return empty;
}

constexpr Statement kSlugIsTaken{"category_slug_taken",
                                 "SELECT 1 FROM categories WHERE slug = $1 AND id <> $2"};

absl::StatusOr<bool> Store::SlugIsTaken(std::string_view slug, int64_t except_id) {
  bool taken = false;
  RETURN_IF_ERROR(tx_.Query(
      kSlugIsTaken, [&](const Row&) { taken = true; }, slug, except_id));
  return taken;
}

constexpr Statement kNextCategoryPosition{"category_next_position",
                                          "SELECT COALESCE(MAX(position), -1) + 1 FROM categories"};

absl::StatusOr<int64_t> Store::NextCategoryPosition() {
  int64_t position = 0;
  RETURN_IF_ERROR(tx_.Query(kNextCategoryPosition, [&](const Row& row) { position = row.Int(0); }));
  return position;
}

constexpr Statement kInsertCategory{"category_insert", R"(
INSERT INTO categories (id, name, slug, description, color, position, read_level, create_level)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8))"};

absl::Status Store::InsertCategory(const v1::Category& category) {
  return tx_
      .Execute(kInsertCategory, category.id(), category.name(), category.slug(),
               category.description(), category.color(), category.position(), category.read_role(),
               category.create_role())
      .status();
}

constexpr Statement kUpdateCategory{"category_update", R"(
UPDATE categories SET name = $2, slug = $3, description = $4, color = $5, position = $6, read_level = $7,
  create_level = $8, version = version + 1
WHERE id = $1)"};

// A category that takes a new place pushes those from there on down by one.
constexpr Statement kMakeRoomForCategory{"category_make_room", R"(
UPDATE categories SET position = position + 1, version = version + 1
WHERE position >= $2 AND id <> $1
  AND (SELECT moved.position FROM categories moved WHERE moved.id = $1) <> $2)"};

absl::Status Store::UpdateCategory(const v1::Category& category) {
  RETURN_IF_ERROR(tx_.Execute(kMakeRoomForCategory, category.id(), category.position()).status());
  return tx_
      .Execute(kUpdateCategory, category.id(), category.name(), category.slug(),
               category.description(), category.color(), category.position(), category.read_role(),
               category.create_role())
      .status();
}

constexpr Statement kDeleteCategory{"category_delete", "DELETE FROM categories WHERE id = $1"};

absl::Status Store::DeleteCategory(int64_t id) { return tx_.Execute(kDeleteCategory, id).status(); }

constexpr Statement kAddToCategory{"category_add", R"(
UPDATE categories SET topics_count = topics_count + $2, posts_count = posts_count + $3,
  last_posted_at = CASE WHEN last_posted_at < $4 THEN $4 ELSE last_posted_at END
WHERE id = $1)"};

absl::Status Store::AddToCategory(int64_t id, int64_t topics, int64_t posts,
                                  int64_t last_posted_at) {
  return tx_.Execute(kAddToCategory, id, topics, posts, last_posted_at).status();
}

constexpr Statement kTakeFromCategory{"category_take", R"(
UPDATE categories SET topics_count = topics_count - $2, posts_count = posts_count - $3,
  last_posted_at = COALESCE((SELECT t.bumped_at FROM topics t WHERE t.category_id = $1 AND t.state = 0
    ORDER BY t.bumped_at DESC, t.id DESC LIMIT 1), 0)
WHERE id = $1)"};

absl::Status Store::TakeFromCategory(int64_t id, int64_t topics, int64_t posts) {
  return tx_.Execute(kTakeFromCategory, id, topics, posts).status();
}

}  // namespace forium::forum
