// SPDX-License-Identifier: Apache-2.0
// When topics changed, as a sitemap tells it.
#include "services/forum/topic_addresses.h"

#include "gmock/gmock.h"
#include "services/forum/store_rows.h"
#include "services/forum/testing/forum_fixture.h"

namespace forium::forum {
namespace {

using type::v1::Principal;

class TopicAddressesTest : public ForumFixture {
 protected:
  v1::ListTopicAddressesResponse Addresses(const Principal& reader, int32_t segment = 0) {
    v1::ListTopicAddressesRequest request;
    request.set_segment(segment);
    return ListTopicAddresses(As(reader), request).value();
  }
  // Of the only topic.
  int64_t ChangedAt() {
    const v1::ListTopicAddressesResponse addresses = Addresses(admin_);
    if (addresses.topics_size() != 1) return -1;
    EXPECT_EQ(Microseconds(addresses.segments(0).changed_at()),
              Microseconds(addresses.topics(0).changed_at()));
    return Microseconds(addresses.topics(0).changed_at());
  }
  std::vector<int64_t> Ids(const Principal& reader) {
    std::vector<int64_t> ids;
    const v1::ListTopicAddressesResponse addresses = Addresses(reader);
    for (const v1::TopicAddress& topic : addresses.topics()) ids.push_back(topic.id());
    return ids;
  }

  // Each acts, and the topic changed at that moment.
  template <typename Request, typename Response>
  void ExpectMoves(absl::StatusOr<Response> (*act)(const Caller&, const Request&),
                   const Principal& who, const Request& request, const char* what) {
    const Caller caller = As(who);
    const absl::StatusOr<Response> answer = act(caller, request);
    ASSERT_TRUE(answer.ok()) << what << answer.status();
    EXPECT_EQ(ChangedAt(), caller.now) << what;
  }
  template <typename Request, typename Response>
  void ExpectStays(absl::StatusOr<Response> (*act)(const Caller&, const Request&),
                   const Principal& who, const Request& request, const char* what) {
    const int64_t before = ChangedAt();
    const absl::StatusOr<Response> answer = act(As(who), request);
    ASSERT_TRUE(answer.ok()) << what << answer.status();
    EXPECT_EQ(ChangedAt(), before) << what;
  }
};

FORIUM_ON_EVERY_ENGINE(TopicAddressesTest);

TEST_P(TopicAddressesTest, WhatIsDoneToPostsMovesTheTime) {
  const v1::Topic topic = Topic(ann_, Category("General"), "A topic");
  EXPECT_EQ(ChangedAt(), Microseconds(topic.created_at()));
  const v1::Post reply = Reply(ben_, topic);
  EXPECT_EQ(ChangedAt(), Microseconds(reply.created_at()));

  v1::UpdatePostRequest edit;
  edit.set_id(reply.id());
  edit.set_raw("Another text");
  ExpectMoves(UpdatePost, ben_, edit, "edit");
  ExpectStays(UpdatePost, ben_, edit, "edit without a change");

  v1::AcceptPostRequest accept;
  accept.set_id(reply.id());
  accept.set_accepted(true);
  ExpectMoves(AcceptPost, ann_, accept, "accept");
  ExpectStays(AcceptPost, ann_, accept, "accept again");

  v1::HidePostRequest hide;
  hide.set_id(reply.id());
  hide.set_hidden(true);
  ExpectMoves(HidePost, mod_, hide, "hide");
  edit.set_raw("A text that nobody sees");
  ExpectStays(UpdatePost, mod_, edit, "edit of what is hidden");
  hide.set_hidden(false);
  ExpectMoves(HidePost, mod_, hide, "show");

  v1::DeletePostRequest drop;
  drop.set_id(reply.id());
  ExpectMoves(DeletePost, ben_, drop, "delete");
  v1::RestorePostRequest restore;
  restore.set_id(reply.id());
  ExpectMoves(RestorePost, ben_, restore, "restore");
}

TEST_P(TopicAddressesTest, WhatIsDoneToTheTopicMovesTheTime) {
  const v1::Topic topic = Topic(ann_, Category("General"), "A topic", {"one"});
  v1::UpdateTopicRequest rename;
  rename.set_id(topic.id());
  rename.set_title("Another title");
  ExpectMoves(UpdateTopic, ann_, rename, "rename");
  ExpectStays(UpdateTopic, ann_, rename, "the same name");
  v1::UpdateTopicRequest move;
  move.set_id(topic.id());
  move.set_category_id(Category("Elsewhere").id());
  ExpectMoves(UpdateTopic, ann_, move, "move");
  v1::UpdateTopicRequest tag;
  tag.set_id(topic.id());
  tag.set_set_tags(true);
  tag.add_tags("two");
  ExpectMoves(UpdateTopic, ann_, tag, "tag");
  ExpectStays(UpdateTopic, ann_, tag, "the same tags");

  v1::RenameTagRequest name;
  name.set_slug("two");
  name.set_new_slug("three");
  ExpectMoves(RenameTag, mod_, name, "rename of a tag");
  v1::DeleteTagRequest drop_tag;
  drop_tag.set_slug("three");
  ExpectMoves(DeleteTag, mod_, drop_tag, "deletion of a tag");

  v1::ModerateTopicRequest close;
  close.set_id(topic.id());
  close.set_action(v1::ModerateTopicRequest::CLOSE);
  ExpectMoves(ModerateTopic, mod_, close, "close");
  close.set_action(v1::ModerateTopicRequest::OPEN);
  ExpectMoves(ModerateTopic, mod_, close, "open");

  v1::DeleteTopicRequest drop;
  drop.set_id(topic.id());
  ASSERT_TRUE(DeleteTopic(As(mod_), drop).ok());
  EXPECT_EQ(Addresses(admin_).segments_size(), 0);
  v1::RestoreTopicRequest restore;
  restore.set_id(topic.id());
  ExpectMoves(RestoreTopic, mod_, restore, "restore");
}

TEST_P(TopicAddressesTest, LikesViewsAndReadingDoNotMoveTheTime) {
  const v1::Topic topic = Topic(ann_, Category("General"), "A topic");
  v1::PutReactionRequest like;
  like.set_post_id(topic.posts(0).id());
  like.set_kind("like");
  ExpectStays(PutReaction, ben_, like, "like");
  v1::DeleteReactionRequest unlike;
  unlike.set_post_id(topic.posts(0).id());
  unlike.set_kind("like");
  ExpectStays(DeleteReaction, ben_, unlike, "like taken back");
  v1::MarkReadRequest read;
  read.set_id(topic.id());
  read.set_number(1);
  ExpectStays(MarkRead, ben_, read, "read");
  const int64_t before = ChangedAt();
  ASSERT_TRUE(
      database_->Write([&](database::Transaction& tx) { return Store(tx).AddViews(topic.id(), 5); })
          .ok());
  EXPECT_EQ(ChangedAt(), before);
}

TEST_P(TopicAddressesTest, TheTimeNeverGoesBack) {
  const v1::Topic topic = Topic(ann_, Category("General"), "A topic");
  Caller late = As(ben_), early = late;
  early.now -= 100;
  v1::CreatePostRequest reply;
  reply.set_topic_id(topic.id());
  reply.set_raw("text");
  ASSERT_TRUE(CreatePost(late, reply).ok());
  ASSERT_TRUE(CreatePost(early, reply).ok());
  EXPECT_EQ(ChangedAt(), late.now);
}

TEST_P(TopicAddressesTest, OnlyWhatTheCallerMayReadAndWhatIsShownIsListed) {
  const v1::Category open = Category("Open"), members = Category("Members", type::v1::MEMBER_ROLE),
                     team = Category("Team", type::v1::MODERATOR_ROLE);
  const int64_t a = Topic(ann_, open, "A").id(), b = Topic(ann_, members, "B").id(),
                c = Topic(mod_, team, "C").id(), d = Topic(ann_, open, "D").id();
  v1::ModerateTopicRequest hide;
  hide.set_id(d);
  hide.set_action(v1::ModerateTopicRequest::HIDE);
  ASSERT_TRUE(ModerateTopic(As(mod_), hide).ok());
  EXPECT_EQ(Ids(nobody_), (std::vector<int64_t>{a}));
  EXPECT_EQ(Ids(ann_), (std::vector<int64_t>{a, b}));
  EXPECT_EQ(Ids(mod_), (std::vector<int64_t>{a, b, c}));
  EXPECT_EQ(Addresses(nobody_).topics(0).slug(), "a");
  // Nor does the time of a segment tell of what one may not read.
  EXPECT_EQ(Microseconds(Addresses(nobody_).segments(0).changed_at()),
            Microseconds(Addresses(nobody_).topics(0).changed_at()));
}

TEST_P(TopicAddressesTest, SegmentsHoldTenThousandIdsEach) {
  const v1::Category category = Category("General");
  Topic(ann_, category, "First");
  ASSERT_TRUE(
      database_->Write([](database::Transaction& tx) { return tx.RaiseId("topic", 29'998); }).ok());
  Topic(ann_, category, "The last of a segment");  // 29,999
  const v1::Topic first = Topic(ann_, category, "The first of the next");
  ASSERT_EQ(first.id(), 30'000);
  const v1::ListTopicAddressesResponse list = Addresses(nobody_, -1);
  ASSERT_EQ(list.segments_size(), 3);
  EXPECT_EQ(list.topics_size(), 0);
  EXPECT_EQ(list.segments(1).segment(), 2);
  EXPECT_EQ(list.segments(2).segment(), 3);
  EXPECT_EQ(Microseconds(list.segments(2).changed_at()), Microseconds(first.created_at()));
  EXPECT_EQ(Addresses(nobody_, 1).topics_size(), 0);
  EXPECT_EQ(Addresses(nobody_, 2).topics(0).id(), 29'999);
  EXPECT_EQ(Addresses(nobody_, 3).topics(0).id(), 30'000);
  EXPECT_EQ(Addresses(nobody_, INT32_MAX).topics_size(), 0);
  v1::ListTopicAddressesRequest request;
  request.set_segment(-2);
  EXPECT_EQ(ReasonIn(ListTopicAddresses(As(nobody_), request).status()), Reason::INVALID_FIELD);
}

TEST_P(TopicAddressesTest, AnImportBringsTheTimesOfItsPosts) {
  v1::ImportRequest request;
  request.set_source("discourse");
  v1::ImportedTopic* topic = request.add_topics();
  topic->set_source_id(7);
  topic->set_title("Imported");
  topic->set_category_source_id(1);
  SetTime(1'000'000, topic->mutable_created_at());
  for (int number = 1; number <= 2; ++number) {
    v1::ImportedPost* post = topic->add_posts();
    post->set_source_id(number);
    post->set_number(number);
    post->set_raw("text");
    post->mutable_author()->set_id(11);
    SetTime(number * 2'000'000, post->mutable_created_at());
  }
  SetTime(9'000'000, topic->mutable_posts(0)->mutable_edited_at());
  ASSERT_TRUE(Import(As(system_), request).ok());
  EXPECT_EQ(ChangedAt(), 9'000'000);
}

// The migration that brought the column finds the same times.
TEST_P(TopicAddressesTest, TimesOfBeforeAreFoundFromWhatIsThere) {
  const v1::Topic topic = Topic(ann_, Category("General"), "A topic");
  const v1::Post reply = Reply(ben_, topic);
  v1::UpdatePostRequest edit;
  edit.set_id(topic.posts(0).id());
  edit.set_raw("Another text");
  ASSERT_TRUE(UpdatePost(As(ann_), edit).ok());
  const int64_t changed_at = ChangedAt();
  static constexpr database::Statement kForget{"forget", "UPDATE topics SET changed_at = 0"};
  std::string_view migration;
  for (const database::Migration& known : kMigrations) {
    if (known.number == 3) migration = known.sql;
  }
  const size_t begin = migration.find("UPDATE topics");
  ASSERT_NE(begin, std::string_view::npos);
  static const std::string update(migration.substr(begin, migration.find(';', begin) - begin));
  static const database::Statement backfill{"backfill", update};
  ASSERT_TRUE(database_
                  ->Write([&](database::Transaction& tx) {
                    const absl::Status forgot = tx.Execute(kForget).status();
                    return forgot.ok() ? tx.Execute(backfill).status() : forgot;
                  })
                  .ok());
  EXPECT_EQ(ChangedAt(), changed_at);
}

}  // namespace
}  // namespace forium::forum
