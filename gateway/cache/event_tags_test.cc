// SPDX-License-Identifier: Apache-2.0
#include "gateway/cache/event_tags.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

using events::v1::PostChanged;
using ::testing::UnorderedElementsAre;

TEST(EventTagsTest, EventsTouchWhatShowsThem) {
  events::v1::Event post;
  post.mutable_post_changed()->set_topic_id(17);
  post.mutable_post_changed()->set_category_id(3);
  post.mutable_post_changed()->set_author_id(5);
  EXPECT_THAT(TagsOf(post).tags, UnorderedElementsAre("topic:17", "category:3", "user:5", "list"));
  post.mutable_post_changed()->set_kind(events::v1::PostChanged::REACTIONS);
  EXPECT_THAT(TagsOf(post).tags, UnorderedElementsAre("topic:17", "user:5"));

  events::v1::Event topic;
  topic.mutable_topic_changed()->set_topic_id(17);
  topic.mutable_topic_changed()->set_category_id(3);
  topic.mutable_topic_changed()->set_old_category_id(4);
  topic.mutable_topic_changed()->add_tags("linux");
  EXPECT_THAT(TagsOf(topic).tags, UnorderedElementsAre("topic:17", "category:3", "category:4",
                                                       "tag:linux", "tags", "list"));

  events::v1::Event site;
  site.mutable_site_changed();
  EXPECT_TRUE(TagsOf(site).everything);
  events::v1::Event sessions;
  sessions.mutable_sessions_ended();
  EXPECT_FALSE(TagsOf(sessions).everything);
  EXPECT_TRUE(TagsOf(sessions).tags.empty());
}

TEST(EventTagsTest, OnlyShownPostsAndLikesMayWait) {
  events::v1::Event event;
  PostChanged& post = *event.mutable_post_changed();
  post.set_topic_id(17);
  for (const auto kind :
       {PostChanged::CREATED, PostChanged::EDITED, PostChanged::STATE, PostChanged::REACTIONS}) {
    post.set_kind(kind);
    post.set_visible(true);
    EXPECT_EQ(TagsOf(event).added_only,
              kind == PostChanged::CREATED || kind == PostChanged::REACTIONS);
    post.set_visible(false);
    EXPECT_FALSE(TagsOf(event).added_only) << kind;
  }
}

TEST(EventTagsTest, WhatMayTakeSomethingAwayDropsAtOnce) {
  events::v1::Event event;
  event.mutable_topic_changed()->set_visible(true);
  EXPECT_FALSE(TagsOf(event).added_only);
  event.mutable_user_changed()->set_user_id(5);
  EXPECT_FALSE(TagsOf(event).added_only);
  event.mutable_user_erased()->set_user_id(5);
  EXPECT_FALSE(TagsOf(event).added_only);
  event.mutable_category_changed()->set_deleted(true);
  EXPECT_FALSE(TagsOf(event).added_only);
  event.mutable_everything_changed();
  EXPECT_FALSE(TagsOf(event).added_only);
}

}  // namespace
}  // namespace forium::gateway
