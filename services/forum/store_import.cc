// SPDX-License-Identifier: Apache-2.0
// Statements of the import: what came from where.
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/store.h"

namespace forium::forum {

using database::Row;
using database::Statement;

constexpr Statement kFindImported{"import_find", R"(
SELECT source_id, id FROM import_map WHERE source = $1 AND kind = $2 AND source_id IN_LIST($3))"};

absl::StatusOr<std::map<int64_t, int64_t>> Store::FindImported(
    std::string_view source, std::string_view kind, const std::vector<int64_t>& source_ids) {
  std::map<int64_t, int64_t> ids;
  RETURN_IF_ERROR(tx_.Query(
      kFindImported, [&](const Row& row) { ids[row.Int(0)] = row.Int(1); }, source, kind,
      source_ids));
  return ids;
}

constexpr Statement kKeepImported{"import_keep", R"(
INSERT INTO import_map (source, kind, source_id, id) VALUES ($1, $2, $3, $4))"};

absl::Status Store::KeepImported(std::string_view source, std::string_view kind, int64_t source_id,
                                 int64_t id) {
  return tx_.Execute(kKeepImported, source, kind, source_id, id).status();
}

constexpr Statement kUsedTopicIds{"import_used_topics",
                                  "SELECT id FROM topics WHERE id IN_LIST($1)"};
constexpr Statement kUsedPostIds{"import_used_posts", "SELECT id FROM posts WHERE id IN_LIST($1)"};
constexpr Statement kUsedCategoryIds{"import_used_categories",
                                     "SELECT id FROM categories WHERE id IN_LIST($1)"};

absl::StatusOr<std::vector<int64_t>> Store::UsedIds(std::string_view kind,
                                                    const std::vector<int64_t>& ids) {
  const Statement& statement = kind == "topic"  ? kUsedTopicIds
                               : kind == "post" ? kUsedPostIds
                                                : kUsedCategoryIds;
  std::vector<int64_t> used;
  RETURN_IF_ERROR(tx_.Query(
      statement, [&](const Row& row) { used.push_back(row.Int(0)); }, ids));
  return used;
}

}  // namespace forium::forum
