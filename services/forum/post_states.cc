// SPDX-License-Identifier: Apache-2.0
// Deleting, restoring and hiding posts, and what that does to the counters.
#include "absl/functional/function_ref.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/events.h"
#include "services/forum/fields.h"
#include "services/forum/plain_text.h"
#include "services/forum/posts.h"
#include "services/forum/shown_post.h"
#include "services/forum/visibility.h"

namespace forium::forum {
namespace {

// A post came into sight (+1) or went out of it (-1).
absl::Status MoveCounters(Store& store, const PostRow& row, int64_t change) {
  const v1::Post& post = row.post;
  const TopicFacts& topic = row.topic;
  ASSIGN_OR_RETURN(const int64_t mine, store.AddMyPosts(post.author_id(), topic.id, change, 0));
  const int64_t participants = change > 0 ? (mine == 1 ? 1 : 0) : (mine == 0 ? -1 : 0);
  RETURN_IF_ERROR(store.AddPostToTopic(topic.id, post.id(), change, participants));
  if (post.reply_to() > 0) RETURN_IF_ERROR(store.AddReply(topic.id, post.reply_to(), change));
  ASSIGN_OR_RETURN(const int64_t bumped_at, store.RefreshLastPost(topic.id));
  if (bumped_at != 0 && !topic.tags.empty())
    RETURN_IF_ERROR(store.BumpTopicTags(topic.id, bumped_at));
  if (topic.visible()) {
    RETURN_IF_ERROR(change > 0 ? store.AddToCategory(topic.category_id, 0, 1, bumped_at)
                               : store.TakeFromCategory(topic.category_id, 0, 1));
  }
  // The excerpt in lists is the first post's.
  if (post.number() == 1) {
    RETURN_IF_ERROR(store.SetTopicExcerpt(topic.id, change > 0 ? Excerpt(post.html()) : ""));
  }
  return absl::OkStatus();
}

using Decide = absl::FunctionRef<absl::StatusOr<v1::State>(const PostRow&)>;

// Finds the post, asks `decide` for its new state, and brings it there.
absl::StatusOr<v1::Post> ChangeState(const Caller& caller, int64_t post_id, std::string_view reason,
                                     Decide decide) {
  v1::Post post;
  RETURN_IF_ERROR(caller.database.Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(const PostRow row, store.FindPost(caller.reader, post_id));
    if (row.post.kind() == v1::Post::SMALL_ACTION) {
      return status::PermissionDenied("This entry records what happened; it stays.");
    }
    if (row.topic.archived && !caller.moderator()) {
      return WrongState("This topic is archived; nothing in it changes any more.");
    }
    ASSIGN_OR_RETURN(const v1::State state, decide(row));
    if (state != row.post.state()) {
      RETURN_IF_ERROR(store.SetPostState(
          post_id,
          {.state = state, .at = caller.now, .by_id = caller.user_id(), .reason = reason}));
      const int64_t change =
          (state == v1::VISIBLE ? 1 : 0) - (row.post.state() == v1::VISIBLE ? 1 : 0);
      if (change != 0) RETURN_IF_ERROR(MoveCounters(store, row, change));
      RETURN_IF_ERROR(store.SetTopicChanged(row.topic.id, caller.now));
      RETURN_IF_ERROR(KeepCaller(store, caller, -1));
      RETURN_IF_ERROR(AnnouncePost(tx, row.topic,
                                   {.post_id = post_id,
                                    .version = row.version + 1,
                                    .author_id = row.post.author_id(),
                                    .number = row.post.number(),
                                    .visible = state == v1::VISIBLE,
                                    .kind = events::v1::PostChanged::STATE}));
    }
    ASSIGN_OR_RETURN(post, ShownPost(store, caller.reader, post_id));
    return absl::OkStatus();
  }));
  return post;
}

}  // namespace

absl::StatusOr<v1::Post> DeletePost(const Caller& caller, const v1::DeletePostRequest& request) {
  ASSIGN_OR_RETURN(const std::string reason, Reason(request.reason()));
  return ChangeState(
      caller, request.id(), reason, [&](const PostRow& row) -> absl::StatusOr<v1::State> {
        const bool mine = row.post.author_id() == caller.user_id();
        const v1::State state = row.post.state();
        if (!mine && !caller.moderator()) {
          return status::PermissionDenied("Only the author and moderators can delete this post.");
        }
        if (row.post.number() == 1) {
          return WrongState("The first post goes with its topic: delete the topic.");
        }
        if (!caller.moderator() && (state == v1::HIDDEN || !row.topic.visible())) {
          return WrongState("This post is not shown at present, so it cannot be deleted.");
        }
        if (state == v1::REMOVED || (state == v1::DELETED && mine)) return state;
        return mine && state == v1::VISIBLE ? v1::DELETED : v1::REMOVED;
      });
}

absl::StatusOr<v1::Post> RestorePost(const Caller& caller, const v1::RestorePostRequest& request) {
  return ChangeState(caller, request.id(), "",
                     [&](const PostRow& row) -> absl::StatusOr<v1::State> {
                       const bool mine = row.post.author_id() == caller.user_id();
                       switch (row.post.state()) {
                         case v1::DELETED:
                           if (mine && !row.topic.visible() && !caller.moderator()) {
                             return WrongState("Its topic is deleted; restore that first.");
                           }
                           if (mine || caller.moderator()) return v1::VISIBLE;
                           break;
                         case v1::REMOVED:
                           if (caller.moderator()) return v1::VISIBLE;
                           break;
                         default:
                           if (mine || caller.moderator())
                             return WrongState("This post is not deleted.");
                       }
                       return status::PermissionDenied(
                           "Only who deleted this post, or a moderator, can restore it.");
                     });
}

absl::StatusOr<v1::Post> HidePost(const Caller& caller, const v1::HidePostRequest& request) {
  ASSIGN_OR_RETURN(const std::string reason, Reason(request.reason()));
  return ChangeState(caller, request.id(), reason,
                     [&](const PostRow& row) -> absl::StatusOr<v1::State> {
                       const v1::State state = row.post.state();
                       if (state == v1::DELETED || state == v1::REMOVED) {
                         return WrongState("This post is deleted; restore it first.");
                       }
                       return request.hidden() ? v1::HIDDEN : v1::VISIBLE;
                     });
}

}  // namespace forium::forum
