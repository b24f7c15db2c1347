// SPDX-License-Identifier: Apache-2.0
#include "services/forum/store_rows.h"

#include <charconv>

#include "services/forum/text.h"

namespace forium::forum {
namespace {

void AssignText(std::string_view text, std::string* field) {
  if (!text.empty()) field->assign(text.data(), text.size());
}

int32_t Count(const database::Row& row, int column) {
  return static_cast<int32_t>(row.Int(column));
}

}  // namespace

void SetTime(int64_t microseconds, google::protobuf::Timestamp* time) {
  int64_t seconds = microseconds / 1'000'000;
  int64_t rest = microseconds % 1'000'000;
  if (rest < 0) {
    --seconds;
    rest += 1'000'000;
  }
  time->set_seconds(seconds);
  time->set_nanos(static_cast<int32_t>(rest * 1000));
}

int64_t Microseconds(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1'000'000 + time.nanos() / 1000;
}

void ReadTopic(const database::Row& row, int at, v1::Topic* topic) {
  topic->set_id(row.Int(at));
  AssignText(row.Text(at + 1), topic->mutable_title());
  AssignText(row.Text(at + 2), topic->mutable_slug());
  topic->set_category_id(row.Int(at + 3));
  topic->set_author_id(row.Int(at + 4));
  Split(row.Text(at + 5), ',', [&](std::string_view tag) { topic->add_tags(std::string(tag)); });
  SetTime(row.Int(at + 6), topic->mutable_created_at());
  SetTime(row.Int(at + 7), topic->mutable_last_posted_at());
  SetTime(row.Int(at + 8), topic->mutable_bumped_at());
  topic->set_posts_count(Count(row, at + 9));
  topic->set_likes_count(Count(row, at + 10));
  topic->set_views_count(Count(row, at + 11));
  topic->set_participants_count(Count(row, at + 12));
  topic->set_last_post_number(Count(row, at + 13));
  topic->set_last_poster_id(row.Int(at + 14));
  for (const int64_t id : ParseIds(row.Text(at + 15))) topic->add_recent_poster_ids(id);
  topic->set_closed(row.Int(at + 16) != 0);
  topic->set_pinned(row.Int(at + 17) != 0);
  topic->set_archived(row.Int(at + 18) != 0);
  topic->set_state(static_cast<v1::State>(row.Int(at + 19)));
  if (row.Int(at + 20) != 0) SetTime(row.Int(at + 20), topic->mutable_state_at());
  topic->set_state_by_id(row.Int(at + 21));
  AssignText(row.Text(at + 22), topic->mutable_state_reason());
  topic->set_accepted_post_number(Count(row, at + 23));
  topic->set_version(row.Int(at + 24));
  topic->set_last_read_number(Count(row, at + 25));
  topic->set_is_new(row.Int(at + 26) != 0);
  topic->set_unread_count(Count(row, at + 27));
}

void ReadCategory(const database::Row& row, int at, v1::Category* category) {
  category->set_id(row.Int(at));
  AssignText(row.Text(at + 1), category->mutable_name());
  AssignText(row.Text(at + 2), category->mutable_slug());
  AssignText(row.Text(at + 3), category->mutable_description());
  AssignText(row.Text(at + 4), category->mutable_color());
  category->set_position(Count(row, at + 5));
  category->set_read_role(static_cast<type::v1::Role>(row.Int(at + 6)));
  category->set_create_role(static_cast<type::v1::Role>(row.Int(at + 7)));
  category->set_topics_count(Count(row, at + 8));
  category->set_posts_count(Count(row, at + 9));
  if (row.Int(at + 10) != 0) SetTime(row.Int(at + 10), category->mutable_last_posted_at());
}

void ReadTopicFacts(const database::Row& row, int at, TopicFacts* facts) {
  facts->id = row.Int(at);
  facts->category_id = row.Int(at + 1);
  facts->read_level = row.Int(at + 2);
  facts->author_id = row.Int(at + 3);
  facts->title = row.Text(at + 4);
  facts->slug = row.Text(at + 5);
  facts->tags = row.Text(at + 6);
  facts->state = static_cast<v1::State>(row.Int(at + 7));
  facts->closed = row.Int(at + 8) != 0;
  facts->archived = row.Int(at + 9) != 0;
  facts->pinned = row.Int(at + 10) != 0;
  facts->posts_count = row.Int(at + 11);
  facts->participants_count = row.Int(at + 12);
  facts->recent_poster_ids = row.Text(at + 13);
  facts->last_visible_number = row.Int(at + 14);
  facts->version = row.Int(at + 15);
  facts->state_by_id = row.Int(at + 16);
  facts->last_post_number = row.Int(at + 17);
}

void ReadPost(const database::Row& row, int at, v1::Post* post) {
  post->set_id(row.Int(at));
  post->set_topic_id(row.Int(at + 1));
  post->set_number(Count(row, at + 2));
  post->set_author_id(row.Int(at + 3));
  post->set_reply_to(Count(row, at + 4));
  post->set_reply_to_author_id(row.Int(at + 5));
  post->set_kind(static_cast<v1::Post::Kind>(row.Int(at + 6)));
  AssignText(row.Text(at + 7), post->mutable_action());
  SetTime(row.Int(at + 8), post->mutable_created_at());
  if (row.Int(at + 9) != 0) SetTime(row.Int(at + 9), post->mutable_edited_at());
  post->set_revision(Count(row, at + 10));
  post->set_likes_count(Count(row, at + 11));
  post->set_liked(!row.IsNull(at + 12));
  post->set_replies_count(Count(row, at + 13));
  post->set_state(static_cast<v1::State>(row.Int(at + 14)));
  if (row.Int(at + 15) != 0) SetTime(row.Int(at + 15), post->mutable_state_at());
  post->set_state_by_id(row.Int(at + 16));
  AssignText(row.Text(at + 17), post->mutable_state_reason());
  post->set_accepted(row.Int(at + 18) != 0);
  AssignText(row.Text(at + 19), post->mutable_html());
}

std::vector<int64_t> ParseIds(std::string_view text) {
  std::vector<int64_t> ids;
  Split(text, ',', [&](std::string_view piece) {
    int64_t id = 0;
    std::from_chars(piece.data(), piece.data() + piece.size(), id);
    ids.push_back(id);
  });
  return ids;
}

std::string JoinIds(const std::vector<int64_t>& ids) {
  std::string text;
  for (const int64_t id : ids) {
    if (!text.empty()) text += ',';
    text += std::to_string(id);
  }
  return text;
}

std::string WithRecentPoster(std::string_view recent_poster_ids, int64_t user_id) {
  constexpr size_t kShown = 3;
  std::vector<int64_t> ids{user_id};
  for (const int64_t id : ParseIds(recent_poster_ids)) {
    if (id != user_id && ids.size() < kShown) ids.push_back(id);
  }
  return JoinIds(ids);
}

}  // namespace forium::forum
