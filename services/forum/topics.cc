// SPDX-License-Identifier: Apache-2.0
#include "services/forum/topics.h"

#include <algorithm>

#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/cooking.h"
#include "services/forum/events.h"
#include "services/forum/fields.h"
#include "services/forum/requests.h"
#include "services/forum/shown_post.h"
#include "services/forum/slugs.h"
#include "services/forum/store_rows.h"
#include "services/forum/topic_changes.h"
#include "services/forum/visibility.h"

namespace forium::forum {
namespace {

absl::Status CheckMayCreateIn(const Caller& caller, const v1::Category& category) {
  if (category.create_role() <= caller.reader.level) return absl::OkStatus();
  return status::PermissionDenied("You may not open topics in this category. Choose another one.");
}

absl::StatusOr<v1::Topic> TopicWithPosts(Store& store, const Caller& caller, int64_t topic_id,
                                         int64_t post_id) {
  ASSIGN_OR_RETURN(v1::Topic topic, ShownTopic(store, caller.reader, topic_id));
  ASSIGN_OR_RETURN(*topic.add_posts(), ShownPost(store, caller.reader, post_id));
  return topic;
}

absl::StatusOr<v1::Topic> EarlierTopic(Store& store, const Caller& caller, int64_t topic_id) {
  ASSIGN_OR_RETURN(v1::Topic topic, ShownTopic(store, caller.reader, topic_id));
  const TopicFacts facts = FactsOf(topic);
  RETURN_IF_ERROR(store.ListPosts(caller.reader, topic_id, 1, 1, topic.mutable_posts()));
  for (v1::Post& post : *topic.mutable_posts()) ShowPost(caller.reader, facts, &post);
  return topic;
}

absl::Status MoveTopic(Store& store, const TopicFacts& topic, const v1::Category& from,
                       const v1::Category& to) {
  if (!topic.visible()) return absl::OkStatus();
  RETURN_IF_ERROR(store.TakeFromCategory(from.id(), 1, topic.posts_count));
  RETURN_IF_ERROR(store.AddToCategory(to.id(), 1, topic.posts_count, 0));
  RETURN_IF_ERROR(store.TakeFromCategory(to.id(), 0, 0));  // finds the last activity
  if (topic.tags.empty() || from.read_role() == to.read_role()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<int64_t> tag_ids, store.TagsOfTopic(topic.id));
  RETURN_IF_ERROR(store.CountTags(tag_ids, from.read_role(), -1));
  return store.CountTags(tag_ids, to.read_role(), 1);
}

std::vector<int64_t> Without(const std::vector<int64_t>& ids, const std::vector<int64_t>& others) {
  std::vector<int64_t> rest;
  for (const int64_t id : ids) {
    if (std::find(others.begin(), others.end(), id) == others.end()) rest.push_back(id);
  }
  return rest;
}

absl::Status ReplaceTags(Store& store, const Caller& caller, const v1::Topic& topic,
                         const v1::Category& category, const std::vector<std::string>& slugs) {
  ASSIGN_OR_RETURN(const std::vector<int64_t> before, store.TagsOfTopic(topic.id()));
  ASSIGN_OR_RETURN(const std::vector<int64_t> after, store.FindOrCreateTags(slugs));
  const std::vector<int64_t> removed = Without(before, after), added = Without(after, before);
  RETURN_IF_ERROR(store.RemoveTopicTags(topic.id(), removed));
  RETURN_IF_ERROR(store.AddTopicTags(topic.id(), added, Microseconds(topic.bumped_at())));
  if (topic.state() == v1::VISIBLE) {
    RETURN_IF_ERROR(store.CountTags(removed, category.read_role(), -1));
    RETURN_IF_ERROR(store.CountTags(added, category.read_role(), 1));
  }
  if (!removed.empty() || !added.empty()) {
    RETURN_IF_ERROR(store.SetTopicChanged(topic.id(), caller.now));
  }
  return store.SetTopicTagText(topic.id(), JoinTags(slugs));
}

}  // namespace

absl::StatusOr<v1::Topic> CreateTopic(const Caller& caller, const v1::CreateTopicRequest& request) {
  RETURN_IF_ERROR(CheckRequestId(request.request_id()));
  ASSIGN_OR_RETURN(const std::string title, Title(request.title()));
  ASSIGN_OR_RETURN(const std::vector<std::string> tags, TagSlugs(request.tags()));
  ASSIGN_OR_RETURN(const markdown::Cooked cooked, CookPost(caller.config, request.raw()));
  const std::string slug = MakeSlug(title), tag_text = JoinTags(tags);
  const Request remembered(request.request_id(), {"topic", std::to_string(request.category_id()),
                                                  title, request.raw(), tag_text});
  v1::Topic topic;
  RETURN_IF_ERROR(caller.database.Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(const std::optional<int64_t> earlier, remembered.FindResult(store, caller));
    if (earlier) {
      ASSIGN_OR_RETURN(topic, EarlierTopic(store, caller, *earlier));
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const v1::Category category,
                     store.FindCategory(caller.reader, request.category_id()));
    RETURN_IF_ERROR(CheckMayCreateIn(caller, category));

    const std::string poster = std::to_string(caller.user_id());
    NewTopic opened{.category_id = category.id(),
                    .author_id = caller.user_id(),
                    .title = title,
                    .slug = slug,
                    .tags = tag_text,
                    .excerpt = cooked.excerpt,
                    .recent_poster_ids = poster,
                    .created_at = caller.now,
                    .last_posted_at = caller.now,
                    .bumped_at = caller.now,
                    .changed_at = caller.now,
                    .last_poster_id = caller.user_id()};
    ASSIGN_OR_RETURN(opened.id, tx.NextId("topic"));
    NewPost written{.topic_id = opened.id,
                    .number = 1,
                    .author_id = caller.user_id(),
                    .raw = request.raw(),
                    .html = cooked.html,
                    .render_version = markdown::kRenderVersion,
                    .created_at = caller.now};
    ASSIGN_OR_RETURN(written.id, tx.NextId("post"));
    RETURN_IF_ERROR(store.InsertTopic(opened));
    RETURN_IF_ERROR(store.InsertPost(written));
    RETURN_IF_ERROR(store.AddMyPosts(caller.user_id(), opened.id, 1, 1).status());
    RETURN_IF_ERROR(store.AddToCategory(category.id(), 1, 1, caller.now));
    if (!tags.empty()) {
      ASSIGN_OR_RETURN(const std::vector<int64_t> tag_ids, store.FindOrCreateTags(tags));
      RETURN_IF_ERROR(store.AddTopicTags(opened.id, tag_ids, caller.now));
      RETURN_IF_ERROR(store.CountTags(tag_ids, category.read_role(), 1));
    }
    RETURN_IF_ERROR(KeepCaller(store, caller, -1));
    RETURN_IF_ERROR(remembered.KeepResult(store, caller, opened.id));
    ASSIGN_OR_RETURN(topic, TopicWithPosts(store, caller, opened.id, written.id));
    const TopicFacts facts = FactsOf(topic);
    RETURN_IF_ERROR(AnnounceChanged(store, opened.id));
    return AnnouncePost(
        tx, facts,
        {.post_id = written.id, .version = 1, .author_id = caller.user_id(), .number = 1});
  }));
  return topic;
}

absl::StatusOr<v1::Topic> UpdateTopic(const Caller& caller, const v1::UpdateTopicRequest& request) {
  std::string title;
  if (request.has_title()) {
    ASSIGN_OR_RETURN(title, Title(request.title()));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> tags, TagSlugs(request.tags()));
  v1::Topic shown;
  RETURN_IF_ERROR(caller.database.Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    v1::Topic current;
    RETURN_IF_ERROR(store.GetTopic(caller.reader, request.id(), &current));
    TopicFacts topic = FactsOf(current);
    topic.tags = current.tags_size() > 0 ? "some" : "";
    if (!AllowedIn(caller.reader, topic).edit()) {
      return status::PermissionDenied(
          "Only the author, while the topic is open, and moderators can change it.");
    }
    const v1::Category from = current.category();
    v1::Category to = from;
    if (request.has_category_id() && request.category_id() != from.id()) {
      ASSIGN_OR_RETURN(to, store.FindCategory(caller.reader, request.category_id()));
      RETURN_IF_ERROR(CheckMayCreateIn(caller, to));
    }
    const bool moved = to.id() != from.id();
    const bool renamed = request.has_title() && title != current.title();
    if (moved || renamed) {
      const std::string& new_title = renamed ? title : current.title();
      RETURN_IF_ERROR(store.UpdateTopic(topic.id, to.id(), new_title,
                                        renamed ? MakeSlug(title) : current.slug()));
    }
    if (moved) RETURN_IF_ERROR(MoveTopic(store, topic, from, to));
    if (request.set_tags()) {
      RETURN_IF_ERROR(ReplaceTags(store, caller, current, to, tags));
    }
    if (renamed) RETURN_IF_ERROR(AddSmallAction(store, caller, topic.id, "renamed"));
    if (moved) RETURN_IF_ERROR(AddSmallAction(store, caller, topic.id, "moved"));
    if (moved || renamed || request.set_tags()) {
      RETURN_IF_ERROR(AnnounceChanged(store, topic.id, moved ? from.id() : 0));
    }
    ASSIGN_OR_RETURN(shown, ShownTopic(store, caller.reader, topic.id));
    return absl::OkStatus();
  }));
  return shown;
}

absl::StatusOr<v1::Topic> DeleteTopic(const Caller& caller, const v1::DeleteTopicRequest& request) {
  ASSIGN_OR_RETURN(const std::string reason, Reason(request.reason()));
  v1::Topic shown;
  RETURN_IF_ERROR(caller.database.Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(const TopicFacts topic, store.FindTopic(caller.reader, request.id()));
    const bool mine = topic.author_id == caller.user_id();
    if (!mine && !caller.moderator()) {
      return status::PermissionDenied("Only the author and moderators can delete this topic.");
    }
    if (!caller.moderator()) {
      if (topic.archived)
        return WrongState("This topic is archived; nothing in it changes any more.");
      ASSIGN_OR_RETURN(const bool others, store.OthersWrote(topic.id, topic.author_id));
      if (others) {
        return status::PermissionDenied(
            "Others have written in this topic. Ask a moderator to delete it.");
      }
    }
    const v1::State state = mine && topic.visible() ? v1::DELETED : v1::REMOVED;
    const bool deleted = topic.state == v1::REMOVED || (topic.state == v1::DELETED && mine);
    if (!deleted) {
      RETURN_IF_ERROR(ChangeTopicState(store, caller, topic, state, reason));
      RETURN_IF_ERROR(KeepCaller(store, caller, -1));
      RETURN_IF_ERROR(AnnounceChanged(store, topic.id));
    }
    ASSIGN_OR_RETURN(shown, ShownTopic(store, caller.reader, topic.id));
    return absl::OkStatus();
  }));
  return shown;
}

absl::StatusOr<v1::Topic> RestoreTopic(const Caller& caller,
                                       const v1::RestoreTopicRequest& request) {
  v1::Topic shown;
  RETURN_IF_ERROR(caller.database.Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    ASSIGN_OR_RETURN(const TopicFacts topic, store.FindTopic(caller.reader, request.id()));
    const bool mine = topic.author_id == caller.user_id();
    if (!mine && !caller.moderator()) {
      return status::PermissionDenied(
          "Only who deleted this topic, or a moderator, can restore it.");
    }
    if (topic.state != v1::DELETED && topic.state != v1::REMOVED) {
      return WrongState("This topic is not deleted.");
    }
    RETURN_IF_ERROR(ChangeTopicState(store, caller, topic, v1::VISIBLE, ""));
    RETURN_IF_ERROR(AnnounceChanged(store, topic.id));
    ASSIGN_OR_RETURN(shown, ShownTopic(store, caller.reader, topic.id));
    return absl::OkStatus();
  }));
  return shown;
}

}  // namespace forium::forum
