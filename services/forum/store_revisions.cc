// SPDX-License-Identifier: Apache-2.0
// Statements on earlier texts of posts.
#include "services/base/status/macros.h"
#include "services/forum/store.h"
#include "services/forum/store_rows.h"

namespace forium::forum {

using database::Row;
using database::Statement;

constexpr Statement kKeepRevision{"revision_insert", R"(
INSERT INTO revisions (post_id, revision, author_id, created_at, reason, raw) VALUES ($1, $2, $3, $4, $5, $6))"};

absl::Status Store::KeepRevision(const PostRow& row) {
  const v1::Post& post = row.post;
  const bool edited = post.has_edited_at();
  return tx_
      .Execute(kKeepRevision, post.id(), post.revision(),
               edited && row.edited_by_id != 0 ? row.edited_by_id : post.author_id(),
               Microseconds(edited ? post.edited_at() : post.created_at()), row.edit_reason,
               post.raw())
      .status();
}

constexpr Statement kListRevisions{"revisions_list", R"(
SELECT revision, raw, author_id, created_at, reason FROM revisions WHERE post_id = $1 AND revision < $2
ORDER BY revision DESC LIMIT $3)"};

absl::Status Store::ListRevisions(int64_t post_id, int64_t before, int limit,
                                  v1::ListRevisionsResponse* response) {
  return tx_.Query(
      kListRevisions,
      [&](const Row& row) {
        v1::Revision* revision = response->add_revisions();
        revision->set_revision(static_cast<int32_t>(row.Int(0)));
        revision->set_raw(std::string(row.Text(1)));
        revision->set_author_id(row.Int(2));
        SetTime(row.Int(3), revision->mutable_created_at());
        revision->set_reason(std::string(row.Text(4)));
      },
      post_id, before, limit);
}

}  // namespace forium::forum
