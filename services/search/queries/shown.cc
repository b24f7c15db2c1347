// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/shown.h"

#include "services/search/queries/facets.h"

namespace forium::search {
namespace {

void SetTime(int64_t micros, google::protobuf::Timestamp* time) {
  int64_t seconds = micros / 1'000'000;
  int64_t rest = micros % 1'000'000;
  if (rest < 0) {
    rest += 1'000'000;
    --seconds;
  }
  time->set_seconds(seconds);
  time->set_nanos(static_cast<int32_t>(rest * 1000));
}

}  // namespace

Words& WordsOfThread() {
  thread_local Words words;
  return words;
}

void FillResult(const Ranked& ranked, v1::Result* result) {
  const FoundTopic& topic = *ranked.topic;
  const FoundPost& post = *ranked.post;
  result->set_topic_id(topic.id);
  result->set_title(topic.title);
  result->set_slug(topic.slug);
  result->set_category_id(topic.category_id);
  for (const std::string_view tag : SplitTags(topic.tags)) result->add_tags(std::string(tag));
  result->set_solved(topic.solved);
  result->set_closed(topic.closed);
  result->set_posts_count(static_cast<int32_t>(topic.posts_count));
  SetTime(topic.bumped_at, result->mutable_bumped_at());
  result->set_post_id(post.id);
  result->set_post_number(static_cast<int32_t>(post.number));
  SetTime(post.created_at, result->mutable_created_at());
  result->set_likes_count(static_cast<int32_t>(post.likes));
  result->set_more_posts(ranked.more_posts);
}

void FillMember(const User& user, v1::Member* member) {
  member->set_id(user.id);
  member->set_username(user.username);
  member->set_display_name(user.display_name);
  member->set_role(static_cast<type::v1::Role>(user.role));
}

void FillSuggestion(const FoundTopic& topic, Snippets& snippets, v1::TopicSuggestion* suggestion) {
  suggestion->set_topic_id(topic.id);
  suggestion->set_slug(topic.slug);
  snippets.Mark(topic.title, topic.language, suggestion->mutable_title_pieces());
  suggestion->set_category_id(topic.category_id);
  suggestion->set_solved(topic.solved);
  suggestion->set_posts_count(static_cast<int32_t>(topic.posts_count));
}

}  // namespace forium::search
