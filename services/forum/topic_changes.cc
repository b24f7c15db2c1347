// SPDX-License-Identifier: Apache-2.0
#include "services/forum/topic_changes.h"

#include "services/base/status/macros.h"
#include "services/forum/authors.h"
#include "services/forum/events.h"
#include "services/forum/shown_post.h"
#include "services/forum/visibility.h"

namespace forium::forum {
namespace {

// Reads for announcing: whatever the caller may see.
constexpr Reader kEverything{.user_id = 0, .level = 3};

std::string EscapedParagraph(std::string_view text) {
  if (text.empty()) return "";
  std::string html = "<p>";
  for (const char c : text) {
    switch (c) {
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '&':
        html += "&amp;";
        break;
      case '"':
        html += "&quot;";
        break;
      default:
        html += c;
    }
  }
  return html + "</p>";
}

}  // namespace

absl::StatusOr<v1::Topic> ShownTopic(Store& store, const Reader& reader, int64_t topic_id) {
  v1::Topic topic;
  RETURN_IF_ERROR(store.GetTopic(reader, topic_id, &topic));
  ShowTopic(reader, &topic);
  *topic.mutable_allowed() = AllowedIn(reader, FactsOf(topic));
  Authors authors;
  authors.AddThoseOf(topic);
  RETURN_IF_ERROR(authors.Load(store));
  authors.HideErased(&topic);
  std::move(authors).MoveTo(topic.mutable_authors());
  return topic;
}

absl::Status AddSmallAction(Store& store, const Caller& caller, int64_t topic_id,
                            std::string_view action, std::string_view text) {
  const std::string html = EscapedParagraph(text);
  NewPost written{.topic_id = topic_id,
                  .author_id = caller.user_id(),
                  .kind = v1::Post::SMALL_ACTION,
                  .action = action,
                  .raw = text,
                  .html = html,
                  .created_at = caller.now};
  ASSIGN_OR_RETURN(written.id, store.transaction().NextId("post"));
  ASSIGN_OR_RETURN(written.number, store.TakeSmallActionNumber(topic_id, caller.now));
  RETURN_IF_ERROR(store.InsertPost(written));
  return KeepCaller(store, caller, -1);
}

absl::Status ChangeTopicState(Store& store, const Caller& caller, const TopicFacts& topic,
                              v1::State state, std::string_view reason) {
  RETURN_IF_ERROR(store.SetTopicState(
      topic.id, {.state = state, .at = caller.now, .by_id = caller.user_id(), .reason = reason}));
  const int64_t change = (state == v1::VISIBLE ? 1 : 0) - (topic.visible() ? 1 : 0);
  if (change == 0) return absl::OkStatus();
  if (change > 0) {
    RETURN_IF_ERROR(store.AddToCategory(topic.category_id, 1, topic.posts_count, 0));
    RETURN_IF_ERROR(store.TakeFromCategory(topic.category_id, 0, 0));  // finds the last activity
  } else {
    RETURN_IF_ERROR(store.TakeFromCategory(topic.category_id, 1, topic.posts_count));
  }
  if (topic.tags.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<int64_t> tag_ids, store.TagsOfTopic(topic.id));
  return store.CountTags(tag_ids, topic.read_level, change);
}

absl::Status AnnounceChanged(Store& store, int64_t topic_id, int64_t old_category_id) {
  ASSIGN_OR_RETURN(const TopicFacts topic, store.FindTopic(kEverything, topic_id));
  return AnnounceTopic(store.transaction(), topic, old_category_id);
}

std::string JoinTags(const std::vector<std::string>& slugs) {
  std::string text;
  for (const std::string& slug : slugs) {
    if (!text.empty()) text += ',';
    text += slug;
  }
  return text;
}

}  // namespace forium::forum
