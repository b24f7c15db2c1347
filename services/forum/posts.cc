// SPDX-License-Identifier: Apache-2.0
#include "services/forum/posts.h"

#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/cooking.h"
#include "services/forum/events.h"
#include "services/forum/fields.h"
#include "services/forum/requests.h"
#include "services/forum/shown_post.h"
#include "services/forum/store_rows.h"
#include "services/forum/visibility.h"

namespace forium::forum {
namespace {

using events::v1::PostChanged;

// A text in error metadata travels in a header; a longer one is read with GetPost.
constexpr size_t kMaxRawInError = 4096;

absl::Status EditConflict(const v1::Post& current) {
  status::ErrorDetail detail;
  detail.set_reason(status::Reason::EDIT_CONFLICT);
  detail.set_field("revision");
  (*detail.mutable_metadata())["current_revision"] = std::to_string(current.revision());
  if (current.raw().size() <= kMaxRawInError)
    (*detail.mutable_metadata())["current_raw"] = current.raw();
  return status::Error(
      absl::StatusCode::kAborted, std::move(detail),
      "Somebody changed this post after you began to edit it. Merge the two texts and save again.");
}

// What the new post looks like to its author, without reading it again.
v1::Post OwnPost(const Caller& caller, const TopicFacts& topic, const NewPost& written) {
  v1::Post post;
  post.set_id(written.id);
  post.set_topic_id(topic.id);
  post.set_number(static_cast<int32_t>(written.number));
  post.set_author_id(caller.user_id());
  post.set_reply_to(static_cast<int32_t>(written.reply_to));
  post.set_reply_to_author_id(written.reply_to_author_id);
  post.set_raw(std::string(written.raw));
  post.set_html(std::string(written.html));
  SetTime(caller.now, post.mutable_created_at());
  post.set_revision(1);
  post.set_topic_slug(topic.slug);
  *post.mutable_author() = AuthorOf(caller);
  ShowPost(caller.reader, topic, &post);
  return post;
}

}  // namespace

absl::StatusOr<v1::Post> GetPost(const Caller& caller, const v1::GetPostRequest& request) {
  v1::Post post;
  RETURN_IF_ERROR(caller.database.Read([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(post, ShownPost(store, caller.reader, request.id()));
    return absl::OkStatus();
  }));
  return post;
}

absl::StatusOr<v1::Post> CreatePost(const Caller& caller, const v1::CreatePostRequest& request) {
  RETURN_IF_ERROR(CheckRequestId(request.request_id()));
  if (request.reply_to() < 0) return status::InvalidField("reply_to", "Post numbers begin at 1.");
  ASSIGN_OR_RETURN(const markdown::Cooked cooked, CookPost(caller.config, request.raw()));
  const Request remembered(
      request.request_id(),
      {"post", absl::StrCat(request.topic_id(), "/", request.reply_to()), request.raw()});
  v1::Post post;
  RETURN_IF_ERROR(caller.database.Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(const std::optional<int64_t> earlier, remembered.FindResult(store, caller));
    if (earlier) {
      ASSIGN_OR_RETURN(post, ShownPost(store, caller.reader, *earlier));
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(ReplyContext context,
                     store.FindReplyContext(caller.reader, request.topic_id(), request.reply_to()));
    const TopicFacts& topic = context.topic;
    RETURN_IF_ERROR(CheckMayReply(caller.reader, topic));
    if (request.reply_to() > 0 && !context.reply_found) {
      return status::InvalidField("reply_to", "The post that you answer is no longer shown.");
    }
    NewPost written{.topic_id = topic.id,
                    .author_id = caller.user_id(),
                    .reply_to = request.reply_to(),
                    .reply_to_author_id = context.reply_author_id,
                    .raw = request.raw(),
                    .html = cooked.html,
                    .render_version = markdown::kRenderVersion,
                    .created_at = caller.now};
    ASSIGN_OR_RETURN(written.id, tx.NextId("post"));
    ASSIGN_OR_RETURN(
        written.number,
        store.TakePostNumber(topic.id, caller.user_id(), caller.now, context.my_posts == 0,
                             WithRecentPoster(topic.recent_poster_ids, caller.user_id())));
    RETURN_IF_ERROR(store.InsertPost(written));
    if (request.reply_to() > 0) RETURN_IF_ERROR(store.AddReply(topic.id, request.reply_to(), 1));
    RETURN_IF_ERROR(store.AddMyPosts(caller.user_id(), topic.id, 1, written.number).status());
    RETURN_IF_ERROR(store.AddToCategory(topic.category_id, 0, 1, caller.now));
    if (!topic.tags.empty()) RETURN_IF_ERROR(store.BumpTopicTags(topic.id, caller.now));
    RETURN_IF_ERROR(KeepCaller(store, caller, context.my_user_version));
    RETURN_IF_ERROR(remembered.KeepResult(store, caller, written.id));
    post = OwnPost(caller, topic, written);
    return AnnouncePost(tx, topic,
                        {.post_id = written.id,
                         .version = 1,
                         .author_id = caller.user_id(),
                         .number = written.number,
                         .kind = PostChanged::CREATED});
  }));
  return post;
}

absl::StatusOr<v1::Post> UpdatePost(const Caller& caller, const v1::UpdatePostRequest& request) {
  ASSIGN_OR_RETURN(const std::string reason, Reason(request.reason()));
  ASSIGN_OR_RETURN(const markdown::Cooked cooked, CookPost(caller.config, request.raw()));
  if (request.revision() < 0) return status::InvalidField("revision", "Revisions begin at 1.");
  v1::Post post;
  RETURN_IF_ERROR(caller.database.Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(const PostRow row, store.FindPost(caller.reader, request.id()));
    RETURN_IF_ERROR(CheckMayEdit(caller.reader, row));
    if (request.revision() != 0 && request.revision() != row.post.revision())
      return EditConflict(row.post);
    if (request.raw() != row.post.raw()) {
      RETURN_IF_ERROR(store.KeepRevision(row));
      RETURN_IF_ERROR(store.UpdatePostText(row.post.id(), request.raw(), cooked.html,
                                           markdown::kRenderVersion, caller.now, caller.user_id(),
                                           reason));
      const bool shown = row.post.state() == v1::VISIBLE;
      if (row.post.number() == 1 && shown) {
        RETURN_IF_ERROR(store.SetTopicExcerpt(row.topic.id, cooked.excerpt));
      }
      if (shown) RETURN_IF_ERROR(store.SetTopicChanged(row.topic.id, caller.now));
      RETURN_IF_ERROR(KeepCaller(store, caller, -1));
      RETURN_IF_ERROR(AnnouncePost(tx, row.topic,
                                   {.post_id = row.post.id(),
                                    .version = row.version + 1,
                                    .author_id = row.post.author_id(),
                                    .number = row.post.number(),
                                    .visible = shown,
                                    .kind = PostChanged::EDITED}));
    }
    ASSIGN_OR_RETURN(post, ShownPost(store, caller.reader, row.post.id()));
    return absl::OkStatus();
  }));
  return post;
}

absl::StatusOr<v1::Post> AcceptPost(const Caller& caller, const v1::AcceptPostRequest& request) {
  v1::Post post;
  RETURN_IF_ERROR(caller.database.Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(PostRow row, store.FindPost(caller.reader, request.id()));
    if (!AllowedIn(caller.reader, row.topic).accept()) {
      return status::PermissionDenied("Only the topic's author and moderators mark the solution.");
    }
    const bool answer = row.post.number() > 1 && row.post.kind() != v1::Post::SMALL_ACTION;
    if (!answer || row.post.state() != v1::VISIBLE) {
      return WrongState("Only a reply that is shown can be the solution.");
    }
    if (row.post.accepted() != request.accepted()) {
      ASSIGN_OR_RETURN(const std::vector<MarkedPost> marked,
                       store.SetAccepted(row.topic.id, row.post.id(), request.accepted()));
      RETURN_IF_ERROR(store.SetAcceptedNumber(
          row.topic.id, request.accepted() ? row.post.number() : 0, caller.now));
      ++row.topic.version;
      RETURN_IF_ERROR(AnnounceTopic(tx, row.topic));
      for (const MarkedPost& mark : marked) {
        RETURN_IF_ERROR(AnnouncePost(tx, row.topic,
                                     {.post_id = mark.id,
                                      .version = mark.version,
                                      .author_id = mark.author_id,
                                      .number = mark.number,
                                      .visible = mark.visible,
                                      .kind = PostChanged::STATE}));
      }
    }
    ASSIGN_OR_RETURN(post, ShownPost(store, caller.reader, row.post.id()));
    return absl::OkStatus();
  }));
  return post;
}

}  // namespace forium::forum
