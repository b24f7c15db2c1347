// SPDX-License-Identifier: Apache-2.0
#include "services/forum/revisions.h"

#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/authors.h"
#include "services/forum/page_token.h"
#include "services/forum/store.h"
#include "services/forum/visibility.h"

namespace forium::forum {
namespace {

void AddCurrent(const PostRow& row, v1::ListRevisionsResponse* response) {
  const v1::Post& post = row.post;
  const bool edited = post.has_edited_at();
  v1::Revision* current = response->add_revisions();
  current->set_revision(post.revision());
  current->set_raw(post.raw());
  current->set_author_id(edited && row.edited_by_id != 0 ? row.edited_by_id : post.author_id());
  *current->mutable_created_at() = edited ? post.edited_at() : post.created_at();
  current->set_reason(row.edit_reason);
}

}  // namespace

absl::StatusOr<v1::ListRevisionsResponse> ListRevisions(const Caller& caller,
                                                        const v1::ListRevisionsRequest& request) {
  ASSIGN_OR_RETURN(const int size, PageSize(request.page_size(), kRevisionsPerPage));
  const std::string list = absl::StrCat("revisions/", request.post_id());
  PageKey after;
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(after, ParsePageToken(list, request.page_token()));
  }
  v1::ListRevisionsResponse response;
  RETURN_IF_ERROR(caller.database.Read([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    response.Clear();
    ASSIGN_OR_RETURN(const PostRow row, store.FindPost(caller.reader, request.post_id()));
    if (!MayReadText(caller.reader, row.post)) {
      return status::NotFound("This post does not exist, or is not open to you.");
    }
    int64_t before = after.first;
    if (before == 0) {
      AddCurrent(row, &response);
      before = row.post.revision();
    }
    RETURN_IF_ERROR(store.ListRevisions(row.post.id(), before, size + 1 - response.revisions_size(),
                                        &response));
    if (response.revisions_size() > size) {
      response.mutable_revisions()->RemoveLast();
      response.set_next_page_token(
          MakePageToken(list, {response.revisions().rbegin()->revision(), 0}));
    }
    Authors authors;
    for (const v1::Revision& revision : response.revisions()) authors.Add(revision.author_id());
    RETURN_IF_ERROR(authors.Load(store));
    for (v1::Revision& revision : *response.mutable_revisions()) {
      revision.set_author_id(authors.Shown(revision.author_id()));
    }
    std::move(authors).MoveTo(response.mutable_authors());
    return absl::OkStatus();
  }));
  return response;
}

}  // namespace forium::forum
