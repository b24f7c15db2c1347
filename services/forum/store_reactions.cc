// SPDX-License-Identifier: Apache-2.0
// Statements on reactions.
#include "services/base/status/macros.h"
#include "services/forum/store.h"

namespace forium::forum {

using database::Statement;

constexpr Statement kInsertReaction{"reaction_insert", R"(
INSERT INTO reactions (post_id, user_id, kind, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (post_id, user_id, kind) DO NOTHING)"};

absl::StatusOr<bool> Store::InsertReaction(int64_t post_id, int64_t user_id, std::string_view kind,
                                           int64_t now) {
  ASSIGN_OR_RETURN(const int64_t rows, tx_.Execute(kInsertReaction, post_id, user_id, kind, now));
  return rows > 0;
}

constexpr Statement kDeleteReaction{
    "reaction_delete", "DELETE FROM reactions WHERE post_id = $1 AND user_id = $2 AND kind = $3"};

absl::StatusOr<bool> Store::DeleteReaction(int64_t post_id, int64_t user_id,
                                           std::string_view kind) {
  ASSIGN_OR_RETURN(const int64_t rows, tx_.Execute(kDeleteReaction, post_id, user_id, kind));
  return rows > 0;
}

constexpr Statement kAddLikesToPost{"post_add_likes", R"(
UPDATE posts SET likes_count = likes_count + $2, version = version + 1 WHERE id = $1)"};

absl::Status Store::AddLikes(const PostRow& row, int64_t likes) {
  RETURN_IF_ERROR(tx_.Execute(kAddLikesToPost, row.post.id(), likes).status());
  if (row.post.state() != v1::VISIBLE) return absl::OkStatus();  // counted again when it is shown
  return AddLikesToTopic(row.topic.id, likes);
}

}  // namespace forium::forum
