// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/discourse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forium::allinone {
namespace {

using forum::v1::Post;
using testing::ElementsAre;

constexpr char kTopic[] = R"({
  "id": 17, "title": "A title", "slug": "a-title", "category_id": 5, "tags": ["one", {"name": "two"}],
  "created_at": "2020-01-02T03:04:05.678Z", "last_posted_at": "2020-02-02T00:00:00.000Z", "views": 9,
  "visible": false, "closed": true, "archived": false, "pinned": false, "pinned_globally": true,
  "post_stream": {"posts": [
    {"id": 100, "post_number": 1, "user_id": 3, "username": "ann", "raw": "hello", "cooked": "<p>hello</p>",
     "created_at": "2020-01-02T03:04:05.678Z", "updated_at": "2021-01-01T00:00:00.000Z", "version": 2,
     "post_type": 1, "actions_summary": [{"id": 8, "count": 4}, {"id": 2, "count": 3}], "accepted_answer": true},
    {"id": 101, "post_number": 3, "reply_to_post_number": 1, "user_id": 3, "username": "ann", "raw": "",
     "cooked": "<p>old</p>", "created_at": "2020-01-03T00:00:00.000Z", "version": 1, "post_type": 4},
    {"id": 102, "post_number": 4, "user_id": 4, "username": "bob", "created_at": "2020-01-04T00:00:00.000Z",
     "post_type": 3, "action_code": "closed.enabled"}]}})";

TEST(DiscourseTest, TopicComesWithItsStateAndTags) {
  const absl::StatusOr<DiscourseTopic> parsed = ParseDiscourseTopic(kTopic);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  const forum::v1::ImportedTopic& topic = parsed->topic;
  EXPECT_EQ(topic.source_id(), 17);
  EXPECT_EQ(topic.category_source_id(), 5);
  EXPECT_THAT(topic.tags(), ElementsAre("one", "two"));
  EXPECT_TRUE(topic.closed() && topic.pinned() && topic.hidden());
  EXPECT_EQ(topic.created_at().seconds(), 1577934245);
  EXPECT_EQ(topic.created_at().nanos(), 678000000);
}

TEST(DiscourseTest, PostsKeepTextLikesAndLinks) {
  const DiscourseTopic topic = ParseDiscourseTopic(kTopic).value();
  const auto& posts = topic.topic.posts();
  ASSERT_EQ(posts.size(), 3);
  EXPECT_EQ(posts[0].raw(), "hello");
  EXPECT_EQ(posts[0].cooked(), "");
  EXPECT_EQ(posts[0].likes(), 3);
  EXPECT_TRUE(posts[0].accepted());
  EXPECT_TRUE(posts[0].has_edited_at());
  EXPECT_EQ(posts[1].cooked(), "<p>old</p>");
  EXPECT_EQ(posts[1].reply_to(), 1);
  EXPECT_TRUE(posts[1].hidden()) << "a whisper is for moderators";
  EXPECT_FALSE(posts[1].has_edited_at());
  EXPECT_EQ(posts[2].kind(), Post::SMALL_ACTION);
  EXPECT_EQ(posts[2].action(), "closed");
}

TEST(DiscourseTest, EachAuthorIsNamedOnce) {
  const DiscourseTopic topic = ParseDiscourseTopic(kTopic).value();
  ASSERT_EQ(topic.authors.size(), 2u);
  EXPECT_EQ(topic.authors[0].username(), "ann");
  EXPECT_EQ(topic.authors[1].source_id(), 4);
}

TEST(DiscourseTest, WhatIsNoTopicIsRefused) {
  for (const char* text :
       {"", "[]", "{", "{}", R"({"id": 1, "title": "no posts"})", R"({"id": "x", "title": 3})",
        R"({"id": 1, "title": "t", "post_stream": []})"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseDiscourseTopic(text).status())) << text;
  }
}

TEST(DiscourseTest, CategoriesComeWithTheirChildren) {
  const auto categories = ParseDiscourseCategories(R"({"category_list": {"categories": [
    {"id": 5, "name": "Club", "slug": "club", "color": "112233", "position": 1, "description": "<b>x</b>",
     "description_text": "x",
     "subcategory_list": [{"id": 8, "name": "Backroom", "slug": "backroom", "read_restricted": true}]}]}})");
  ASSERT_TRUE(categories.ok()) << categories.status();
  ASSERT_EQ(categories->size(), 2u);
  EXPECT_EQ((*categories)[0].description(), "x");
  EXPECT_EQ((*categories)[1].read_role(), type::v1::MODERATOR_ROLE)
      << "restricted ones stay closed";
  EXPECT_FALSE(ParseDiscourseCategories("nothing").ok());
}

}  // namespace
}  // namespace forium::allinone
