// SPDX-License-Identifier: Apache-2.0
#include "services/forum/reactions.h"

#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/events.h"
#include "services/forum/shown_post.h"
#include "services/forum/visibility.h"

namespace forium::forum {
namespace {

absl::Status CheckKind(std::string_view kind) {
  if (kind == "like") return absl::OkStatus();
  return status::InvalidField("kind", "The one kind of reaction is `like`.");
}

absl::Status CheckMayReact(const Caller& caller, const PostRow& row) {
  if (row.post.author_id() == caller.user_id()) {
    return status::PermissionDenied("One's own posts cannot be liked.");
  }
  if (row.post.state() != v1::VISIBLE || row.post.kind() == v1::Post::SMALL_ACTION ||
      !row.topic.visible()) {
    return WrongState("Only posts that are shown can be liked.");
  }
  return absl::OkStatus();
}

absl::Status CountLike(Store& store, const PostRow& row, int64_t likes) {
  RETURN_IF_ERROR(store.AddLikes(row, likes));
  return AnnouncePost(store.transaction(), row.topic,
                      {.post_id = row.post.id(),
                       .version = row.version + 1,
                       .author_id = row.post.author_id(),
                       .number = row.post.number(),
                       .visible = row.post.state() == v1::VISIBLE,
                       .kind = events::v1::PostChanged::REACTIONS});
}

}  // namespace

absl::StatusOr<v1::Post> PutReaction(const Caller& caller, const v1::PutReactionRequest& request) {
  RETURN_IF_ERROR(CheckKind(request.kind()));
  v1::Post post;
  RETURN_IF_ERROR(caller.database.Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(const PostRow row, store.FindPost(caller.reader, request.post_id()));
    RETURN_IF_ERROR(CheckMayReact(caller, row));
    ASSIGN_OR_RETURN(const bool added, store.InsertReaction(row.post.id(), caller.user_id(),
                                                            request.kind(), caller.now));
    if (added) RETURN_IF_ERROR(CountLike(store, row, 1));
    ASSIGN_OR_RETURN(post, ShownPost(store, caller.reader, row.post.id()));
    return absl::OkStatus();
  }));
  return post;
}

absl::StatusOr<v1::Post> DeleteReaction(const Caller& caller,
                                        const v1::DeleteReactionRequest& request) {
  RETURN_IF_ERROR(CheckKind(request.kind()));
  v1::Post post;
  RETURN_IF_ERROR(caller.database.Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(const PostRow row, store.FindPost(caller.reader, request.post_id()));
    ASSIGN_OR_RETURN(const bool removed,
                     store.DeleteReaction(row.post.id(), caller.user_id(), request.kind()));
    if (removed) RETURN_IF_ERROR(CountLike(store, row, -1));
    ASSIGN_OR_RETURN(post, ShownPost(store, caller.reader, row.post.id()));
    return absl::OkStatus();
  }));
  return post;
}

}  // namespace forium::forum
