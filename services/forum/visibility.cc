// SPDX-License-Identifier: Apache-2.0
#include "services/forum/visibility.h"

#include "services/base/status/status.h"

namespace forium::forum {

absl::Status WrongState(std::string_view message) {
  return status::Error(absl::StatusCode::kFailedPrecondition, status::Reason::WRONG_STATE, message);
}

bool MayReadText(const Reader& reader, const v1::Post& post) {
  if (post.state() == v1::VISIBLE || reader.moderator()) return true;
  return post.state() == v1::DELETED && reader.member() && post.author_id() == reader.user_id;
}

absl::Status CheckMayEdit(const Reader& reader, const PostRow& row) {
  const v1::Post& post = row.post;
  if (!reader.member() || post.kind() == v1::Post::SMALL_ACTION) {
    return status::PermissionDenied("This post cannot be edited.");
  }
  if (row.topic.archived)
    return WrongState("This topic is archived; nothing in it changes any more.");
  if (reader.moderator()) return absl::OkStatus();
  if (post.author_id() != reader.user_id) {
    return status::PermissionDenied("Only the author and moderators can edit this post.");
  }
  if (post.state() != v1::VISIBLE || !row.topic.visible()) {
    return WrongState("This post is not shown at present, so it cannot be edited.");
  }
  if (row.topic.closed) {
    return status::Error(absl::StatusCode::kFailedPrecondition, status::Reason::TOPIC_CLOSED,
                         "This topic is closed. Ask a moderator to change your post.");
  }
  return absl::OkStatus();
}

absl::Status CheckMayReply(const Reader& reader, const TopicFacts& topic) {
  if (topic.archived) {
    return status::Error(absl::StatusCode::kFailedPrecondition, status::Reason::TOPIC_CLOSED,
                         "This topic is archived and takes no more replies.");
  }
  if (topic.closed && !reader.moderator()) {
    return status::Error(absl::StatusCode::kFailedPrecondition, status::Reason::TOPIC_CLOSED,
                         "This topic is closed and takes no more replies.");
  }
  if (!topic.visible()) return WrongState("This topic is not shown at present; restore it first.");
  return absl::OkStatus();
}

void ShowPost(const Reader& reader, const TopicFacts& topic, v1::Post* post) {
  const bool mine = reader.member() && post->author_id() == reader.user_id;
  const bool text = post->kind() != v1::Post::SMALL_ACTION;
  const bool writable = reader.member() && text && !topic.archived;
  const bool own = mine && topic.visible();
  post->set_can_edit(
      writable && (reader.moderator() || (own && post->state() == v1::VISIBLE && !topic.closed)));
  post->set_can_delete(writable && post->number() != 1 &&
                       (reader.moderator() ||
                        (own && (post->state() == v1::VISIBLE || post->state() == v1::DELETED))));
  if (post->state() == v1::VISIBLE) return;
  if (!reader.moderator()) {
    post->clear_state_reason();
    if (!mine) post->clear_state_by_id();
  }
  if (MayReadText(reader, *post)) return;
  post->clear_html();
  post->clear_raw();
  post->clear_edited_at();
  post->set_likes_count(0);
  post->set_liked(false);
  post->set_accepted(false);
  post->set_can_edit(false);
}

void ShowTopic(const Reader& reader, v1::Topic* topic) {
  if (reader.moderator()) return;
  topic->clear_state_reason();
  if (topic->state_by_id() != reader.user_id) topic->clear_state_by_id();
}

v1::Allowed AllowedIn(const Reader& reader, const TopicFacts& topic) {
  v1::Allowed allowed;
  if (!reader.member()) return allowed;
  const bool mine = topic.author_id == reader.user_id;
  allowed.set_reply(CheckMayReply(reader, topic).ok());
  allowed.set_edit(!topic.archived &&
                   (reader.moderator() || (mine && !topic.closed && topic.visible())));
  allowed.set_moderate(reader.moderator());
  const bool alone = topic.participants_count <= 1;
  allowed.set_delete_(
      reader.moderator() ||
      (mine && alone && (topic.visible() || topic.state == v1::DELETED) && !topic.archived));
  allowed.set_accept(topic.visible() && !topic.archived && (reader.moderator() || mine));
  return allowed;
}

TopicFacts FactsOf(const v1::Topic& topic) {
  TopicFacts facts;
  facts.id = topic.id();
  facts.category_id = topic.category_id();
  facts.read_level = topic.category().read_role();
  facts.author_id = topic.author_id();
  facts.title = topic.title();
  facts.slug = topic.slug();
  facts.state = topic.state();
  facts.closed = topic.closed();
  facts.archived = topic.archived();
  facts.pinned = topic.pinned();
  facts.posts_count = topic.posts_count();
  facts.participants_count = topic.participants_count();
  facts.last_post_number = topic.last_post_number();
  facts.version = topic.version();
  return facts;
}

}  // namespace forium::forum
