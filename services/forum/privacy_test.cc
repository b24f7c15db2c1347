// SPDX-License-Identifier: Apache-2.0
// What is in a category that one may not read is in no answer, whatever one asks.
#include "gmock/gmock.h"
#include "services/forum/testing/forum_fixture.h"

namespace forium::forum {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class PrivacyTest : public ForumFixture {
 protected:
  void SetUp() override {
    ForumFixture::SetUp();
    if (IsSkipped()) return;
    open_ = Category("Open");
    private_ = Category("Vault", type::v1::MODERATOR_ROLE);
    open_topic_ = Topic(ann_, open_, "Open topic", {"shared"});
    // Ann was a moderator when she wrote there.
    type::v1::Principal ann_then = ann_;
    ann_then.set_role(type::v1::MODERATOR_ROLE);
    secret_ = Topic(ann_then, private_, "Secret topic", {"shared", "hush"});
    secret_post_ = Reply(mod_, secret_, "Secret reply");
    v1::PutReactionRequest like;
    like.set_post_id(secret_post_.id());
    like.set_kind("like");
    EXPECT_TRUE(PutReaction(As(ann_then), like).ok());
  }

  // Everything that a reader can be told, as text.
  std::string AllAnswers(const type::v1::Principal& reader) {
    std::string all;
    const auto add = [&](const auto& answer) {
      EXPECT_TRUE(answer.ok()) << answer.status();
      if (answer.ok()) all += answer->DebugString();
    };
    for (const auto order : {v1::LATEST, v1::TOP, v1::CREATED}) {
      v1::ListTopicsRequest request;
      request.set_order(order);
      add(List(reader, request));
      request.set_tag("shared");
      add(List(reader, request));
      request.set_period("week");
      if (order == v1::TOP) add(List(reader, request));
    }
    if (reader.user_id() != 0) {
      for (const auto filter : {v1::UNREAD, v1::NEW}) {
        v1::ListTopicsRequest request;
        request.set_filter(filter);
        add(List(reader, request));
      }
    }
    add(Parsed<v1::ListCategoriesResponse>(ListCategories(As(reader), {})));
    add(ListTags(As(reader), {}));
    for (const auto* author : {&ann_, &mod_}) {
      for (const bool topics_only : {false, true}) {
        v1::ListUserPostsRequest request;
        request.set_user_id(author->user_id());
        request.set_topics_only(topics_only);
        add(ListUserPosts(As(reader), request));
      }
    }
    return all;
  }

  v1::Category open_, private_;
  v1::Topic open_topic_, secret_;
  v1::Post secret_post_;
};
FORIUM_ON_EVERY_ENGINE(PrivacyTest);

TEST_P(PrivacyTest, ListsSayNothingOfIt) {
  for (const auto* reader : {&nobody_, &ann_, &ben_}) {
    const std::string all = AllAnswers(*reader);
    EXPECT_THAT(all, HasSubstr("Open topic"));
    for (const char* trace : {"Secret", "secret", "Vault", "vault", "hush"})
      EXPECT_THAT(all, Not(HasSubstr(trace)));
  }
  EXPECT_THAT(AllAnswers(mod_), HasSubstr("Secret topic"));
}

TEST_P(PrivacyTest, CountsSayNothingOfIt) {
  EXPECT_EQ(ListTags(As(nobody_), {}).value().tags(0).topics_count(), 1);
  EXPECT_EQ(ListTags(As(mod_), {}).value().tags(0).topics_count(), 2);
  v1::GetUserStatisticsRequest request;
  request.set_user_id(ann_.user_id());
  v1::UserStatistics seen = GetUserStatistics(As(ben_), request).value();
  EXPECT_EQ(seen.posts_count(), 1);
  EXPECT_EQ(seen.topics_count(), 1);
  EXPECT_EQ(seen.likes_given(), 0);
  EXPECT_EQ(GetUserStatistics(As(mod_), request).value().likes_given(), 1);
  request.set_user_id(mod_.user_id());
  EXPECT_EQ(GetUserStatistics(As(ben_), request).value().likes_received(), 0);

  const v1::Category admins = Category("Board", type::v1::ADMIN_ROLE);
  Topic(admin_, admins, "For the board", {"board"});
  const v1::Statistics statistics = GetStatistics(As(mod_), {}).value();
  EXPECT_EQ(statistics.topics_count(), 2);
  EXPECT_EQ(statistics.tags_count(), 2);
  EXPECT_EQ(statistics.authors_count(), 2);
  EXPECT_EQ(statistics.days(29).topics(), 2);
  EXPECT_EQ(GetStatistics(As(admin_), {}).value().topics_count(), 3);
  ExpectExactCounters();
}

TEST_P(PrivacyTest, UnreadSaysNothingOfIt) {
  // Ann visited it; then others wrote.
  Reply(mod_, secret_, "Another secret");
  const v1::Unread unread = GetUnread(As(ann_), {}).value();
  EXPECT_EQ(unread.unread_topics(), 0);
  EXPECT_EQ(unread.new_topics(), 0);
}

TEST_P(PrivacyTest, NothingInItIsFound) {
  const auto expect_unknown = [](const absl::Status& status) {
    EXPECT_EQ(ReasonIn(status), Reason::NOT_FOUND) << status;
  };
  for (const auto* who : {&nobody_, &ann_, &ben_}) {
    expect_unknown(Page(*who, secret_.id()).status());
    v1::ListPostsRequest posts;
    posts.set_topic_id(secret_.id());
    expect_unknown(ListPosts(As(*who), posts).status());
    v1::GetTimelineRequest timeline;
    timeline.set_id(secret_.id());
    expect_unknown(GetTimeline(As(*who), timeline).status());
    v1::GetPostRequest post;
    post.set_id(secret_post_.id());
    expect_unknown(GetPost(As(*who), post).status());
    v1::ListRevisionsRequest revisions;
    revisions.set_post_id(secret_post_.id());
    expect_unknown(ListRevisions(As(*who), revisions).status());
    v1::ListTopicsRequest list;
    list.set_category("vault");
    expect_unknown(List(*who, list).status());
    list.set_category(std::to_string(private_.id()));
    expect_unknown(List(*who, list).status());
    list.clear_category();
    list.set_tag("hush");
    expect_unknown(List(*who, list).status());
    for (const char* kind : {"topic", "post", "category"}) {
      v1::ResolveOldIdRequest old;
      old.set_kind(kind);
      old.set_source_id(kind == std::string("topic")  ? secret_.id()
                        : kind == std::string("post") ? secret_post_.id()
                                                      : private_.id());
      expect_unknown(ResolveOldId(As(*who), old).status());
      EXPECT_TRUE(ResolveOldId(As(mod_), old).ok());
    }
  }
}

TEST_P(PrivacyTest, NothingInItCanBeChanged) {
  const auto expect_unknown = [](const absl::Status& status) {
    EXPECT_EQ(ReasonIn(status), Reason::NOT_FOUND) << status;
  };
  expect_unknown(TryReply(ann_, secret_.id(), "hello").status());
  v1::UpdatePostRequest edit;
  edit.set_id(secret_.posts(0).id());
  edit.set_raw("mine");
  expect_unknown(UpdatePost(As(ann_), edit).status());
  v1::DeletePostRequest remove;
  remove.set_id(secret_post_.id());
  expect_unknown(DeletePost(As(ann_), remove).status());
  v1::PutReactionRequest like;
  like.set_post_id(secret_post_.id());
  like.set_kind("like");
  expect_unknown(PutReaction(As(ben_), like).status());
  v1::AcceptPostRequest accept;
  accept.set_id(secret_post_.id());
  accept.set_accepted(true);
  expect_unknown(AcceptPost(As(ann_), accept).status());
  v1::MarkReadRequest mark;
  mark.set_id(secret_.id());
  mark.set_number(2);
  expect_unknown(MarkRead(As(ben_), mark).status());
  v1::UpdateTopicRequest update;
  update.set_id(secret_.id());
  update.set_title("Taken over");
  expect_unknown(UpdateTopic(As(ann_), update).status());
  v1::CreateTopicRequest create;
  create.set_category_id(private_.id());
  create.set_title("New");
  create.set_raw("New");
  expect_unknown(CreateTopic(As(ann_), create).status());
  // Nor can an open topic be pushed into it.
  update.set_id(open_topic_.id());
  update.set_category_id(private_.id());
  expect_unknown(UpdateTopic(As(ann_), update).status());
}

TEST_P(PrivacyTest, ClosingACategoryTakesItOutOfTheCounts) {
  v1::UpdateCategoryRequest request;
  request.set_id(open_.id());
  request.set_read_role(type::v1::ADMIN_ROLE);
  ASSERT_TRUE(UpdateCategory(As(admin_), request).ok());
  EXPECT_EQ(ListTags(As(nobody_), {}).value().tags_size(), 0);
  EXPECT_TRUE(Titles(nobody_).empty());
  ExpectExactCounters();
}

TEST_P(PrivacyTest, ErasedAccountIsNobody) {
  const v1::Post post = Reply(ben_, open_topic_, "By Ben");
  ASSERT_TRUE(
      database_
          ->Write([&](database::Transaction& tx) { return Store(tx).EraseUser(ben_.user_id()); })
          .ok());
  const v1::Topic page = Page(nobody_, open_topic_.id()).value();
  EXPECT_EQ(page.posts(1).author_id(), 0);
  EXPECT_EQ(page.last_poster_id(), 0);
  EXPECT_THAT(page.DebugString(), Not(HasSubstr("\"ben\"")));
  EXPECT_THAT(page.posts(1).html(), HasSubstr("By Ben"));
  v1::ListUserPostsRequest request;
  request.set_user_id(ben_.user_id());
  EXPECT_EQ(ListUserPosts(As(nobody_), request).value().posts_size(), 0);
}

}  // namespace
}  // namespace forium::forum
