// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gateway/realtime/channel.h"
#include "gateway/realtime/client_message.h"
#include "gateway/realtime/message.h"
#include "gateway/realtime/presence.h"
#include "gateway/realtime/replay.h"
#include "gateway/realtime/shown.h"
#include "gateway/websocket/deflate.h"

namespace forium::gateway {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
const TopicKey kTopic{"default", 17};

Reader Member(int64_t id, const std::string& name) {
  Reader reader;
  reader.tenant = "default";
  reader.user_id = id;
  reader.username = name;
  reader.display_name = name;
  reader.level = 1;
  return reader;
}

TEST(ChannelTest, NamesComeBackAsTheyWere) {
  for (const std::string name : {"list", "category:3", "topic:17", "presence:17", "user"}) {
    const auto channel = ParseChannel(name, "default", 5);
    ASSERT_TRUE(channel.has_value()) << name;
    EXPECT_EQ(ChannelName(*channel), name);
  }
  for (const std::string name :
       {"", "lists", "topic", "topic:", "topic:0", "topic:-1", "topic:017", "topic:1x", "topic: 1",
        "topic:99999999999999999999", "user:5", "category:general"}) {
    EXPECT_FALSE(ParseChannel(name, "default", 5).has_value()) << name;
  }
}

TEST(ClientMessageTest, SaysOneOfThreeThings) {
  const auto message = ParseClientMessage(
      R"({"subscribe": ["topic:17", "list"], "after": "k3f9-120", "typing": "17"})");
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->subscribe, (std::vector<std::string>{"topic:17", "list"}));
  EXPECT_EQ(message->after, "k3f9-120");
  EXPECT_EQ(message->typing, 17);
  for (const std::string text :
       {"", "{", "[]", "{}", "null", R"({"subscribe": "list"})", R"({"subscribe": [1]})",
        R"({"typing": 17})", R"({"subscribe": ["list"], "after": 3})", "[[[[[[[[[[]]]]]]]]]]"}) {
    EXPECT_FALSE(ParseClientMessage(text).ok()) << text;
  }
  std::string many = R"({"subscribe": ["list")";
  for (int i = 0; i < 50; ++i) many += R"(,"list")";
  EXPECT_FALSE(ParseClientMessage(many + "]}").ok());
}

TEST(MessageTest, IsOneJsonInThreeForms) {
  const std::string json =
      EventJson("topic:17", "k-1", "post.removed",
                ",\"topicId\":\"17\"" + std::string(R"(,"x":")") + std::string(300, 'x') + "\"");
  const Message message(json, "k-1");
  EXPECT_EQ(message.json(), json);
  EXPECT_TRUE(message.frame().ends_with(json));
  EXPECT_LT(message.deflated().size(), message.frame().size());
  std::string back;
  EXPECT_EQ(InflateMessage(message.deflated().substr(2), 65536, &back), InflateError::kNone);
  EXPECT_EQ(back, json);
  const Message small(RevokedJson("list"));
  EXPECT_EQ(small.deflated(), small.frame());
}

std::shared_ptr<KeptEvent> EventOf(int64_t topic) {
  auto event = std::make_shared<KeptEvent>();
  event->change.channel = {"default", Channel::Kind::kTopic, topic};
  return event;
}

TEST(ReplayTest, TellsWhatCameAfterAPosition) {
  RealtimeConfig config;
  Replay replay(config, "ab");
  const std::string start = replay.Position();
  replay.Add(EventOf(1), kNow);
  replay.Add(EventOf(2), kNow);
  replay.Add(EventOf(1), kNow);
  const auto number = replay.Resumable(start);
  ASSERT_TRUE(number.has_value());
  const auto events = replay.After(*number, [](const Channel& channel) { return channel.id == 1; });
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0]->number, 1);
  EXPECT_EQ(events[1]->number, 3);
  EXPECT_TRUE(replay.Resumable(replay.Position()).has_value());
}

TEST(ReplayTest, KnowsWhatItDoesNotKnow) {
  RealtimeConfig config;
  config.keep_events = 3;
  Replay replay(config, "ab");
  for (int i = 0; i < 5; ++i) replay.Add(EventOf(1), kNow);
  EXPECT_FALSE(replay.Resumable("ab-1").has_value());
  EXPECT_TRUE(replay.Resumable("ab-2").has_value());
  EXPECT_FALSE(replay.Resumable("ab-6").has_value());
  EXPECT_FALSE(replay.Resumable("cd-3").has_value());
  EXPECT_FALSE(replay.Resumable("ab-").has_value());
  EXPECT_FALSE(replay.Resumable("ab").has_value());
  EXPECT_FALSE(replay.Resumable("ab-3x").has_value());
  replay.Add(EventOf(1), kNow + config.keep + absl::Seconds(1));
  EXPECT_EQ(replay.size(), 1u);
  const std::string last = replay.Position();
  replay.Forget();
  EXPECT_FALSE(replay.Resumable(last).has_value());
  EXPECT_TRUE(replay.Resumable(replay.Position()).has_value());
}

TEST(PresenceTest, CountsPeopleOnceAndGuestsByConnection) {
  Presence presence("a");
  Reader guest;
  presence.Join(kTopic, Member(5, "eva"));
  presence.Join(kTopic, Member(5, "eva"));
  presence.Join(kTopic, guest);
  presence.Join(kTopic, guest);
  EXPECT_EQ(
      presence.Members(kTopic),
      R"(,"users":[{"id":"5","username":"eva","displayName":"eva"}],"typing":[],"count":1,"guests":2)");
  presence.Leave(kTopic, Member(5, "eva"));
  EXPECT_NE(presence.Members(kTopic).find("eva"), std::string::npos);
  presence.Leave(kTopic, Member(5, "eva"));
  presence.Leave(kTopic, guest);
  EXPECT_EQ(presence.Members(kTopic), R"(,"users":[],"typing":[],"count":0,"guests":1)");
}

TEST(PresenceTest, TypingEndsByItself) {
  Presence presence("a");
  presence.Join(kTopic, Member(5, "eva"));
  EXPECT_TRUE(presence.Type(kTopic, Member(5, "eva"), kNow));
  EXPECT_FALSE(presence.Type(kTopic, Member(5, "eva"), kNow + absl::Seconds(4)));
  EXPECT_FALSE(presence.Type(kTopic, Member(6, "who is not here"), kNow));
  EXPECT_TRUE(presence.Expire(kNow + absl::Seconds(9)).empty());
  EXPECT_EQ(presence.Expire(kNow + absl::Seconds(10)).size(), 1u);
  EXPECT_NE(presence.Members(kTopic).find(R"("typing":[])"), std::string::npos);
}

TEST(PresenceTest, HearsOtherGatewaysAndForgetsThem) {
  Presence here("a"), there("b");
  there.Join(kTopic, Member(7, "ida"));
  there.Type(kTopic, Member(7, "ida"), kNow);
  const std::string announced = there.Announcement({kTopic});
  EXPECT_EQ(here.Hear("default", announced, kNow).size(), 1u);
  EXPECT_TRUE(here.Hear("default", announced, kNow).empty()) << "nothing new";
  EXPECT_TRUE(there.Hear("default", announced, kNow).empty()) << "its own";
  EXPECT_EQ(
      here.Members(kTopic),
      R"(,"users":[{"id":"7","username":"ida","displayName":"ida"}],"typing":["7"],"count":1,"guests":0)");
  EXPECT_EQ(here.Expire(kNow + kPresenceHolds).size(), 1u);
  here.Hear("default", announced, kNow);
  there.Leave(kTopic, Member(7, "ida"));
  EXPECT_EQ(here.Hear("default", there.Announcement({kTopic}), kNow).size(), 1u);
  EXPECT_NE(here.Members(kTopic).find(R"("count":0)"), std::string::npos);
  for (const std::string noise :
       {"", "{", "[]", R"({"gateway":1})", R"({"gateway":"x","topics":[1,{},{"id":"z"}]})"})
    EXPECT_TRUE(here.Hear("default", noise, kNow).empty());
}

TEST(ShownTest, LeavesOutWhatIsPersonal) {
  const auto topic = ShowTopic(
      R"({"id":"17","title":"T","categoryId":"3","state":"VISIBLE","lastReadNumber":4,"isNew":true,)"
      R"("unreadCount":2,"posts":[],"authors":[{"id":"5"}],"allowed":{"reply":true}})",
      1);
  ASSERT_TRUE(topic.has_value());
  EXPECT_TRUE(topic->readable && topic->listed);
  EXPECT_EQ(topic->category_id, 3);
  EXPECT_EQ(topic->topic, R"({"id":"17","title":"T","categoryId":"3","state":"VISIBLE"})");
  EXPECT_EQ(topic->authors, R"([{"id":"5"}])");
  EXPECT_FALSE(ShowTopic("[]", 1).has_value());
}

TEST(ShownTest, WhatItsAuthorDeletedIsNotForOthersOfHisLevel) {
  const std::string json = R"({"id":"17","categoryId":"3","state":"DELETED"})";
  EXPECT_FALSE(ShowTopic(json, 1)->readable);
  EXPECT_TRUE(ShowTopic(json, 2)->readable);
  EXPECT_FALSE(ShowTopic(json, 2)->listed);
  forum::v1::Post post;
  post.set_id(9);
  post.set_html("<p>secret</p>");
  post.set_raw("secret");
  post.set_liked(true);
  post.set_state(forum::v1::DELETED);
  EXPECT_FALSE(ShowPost(post, 1).readable);
  EXPECT_EQ(ShowPost(post, 1).post, "");
  const ShownPost moderators = ShowPost(post, 2);
  EXPECT_NE(moderators.post.find("<p>secret"), std::string::npos);
  for (const std::string personal : {"raw", "liked", "canEdit", "canDelete"})
    EXPECT_EQ(moderators.post.find("\"" + personal + "\""), std::string::npos) << personal;
}

}  // namespace
}  // namespace forium::gateway
