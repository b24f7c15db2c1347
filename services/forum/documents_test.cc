// SPDX-License-Identifier: Apache-2.0
#include "services/forum/documents.h"

#include <algorithm>
#include <map>

#include "gmock/gmock.h"
#include "services/base/events/events.h"
#include "services/forum/events.h"
#include "services/forum/store_rows.h"
#include "services/forum/testing/forum_fixture.h"

namespace forium::forum {
namespace {

using ::testing::ElementsAre;
using type::v1::Principal;

template <typename Documents>
std::vector<int64_t> Ids(const Documents& documents) {
  std::vector<int64_t> ids;
  for (const auto& document : documents) ids.push_back(document.id());
  std::sort(ids.begin(), ids.end());
  return ids;
}

class DocumentsTest : public ForumFixture {
 protected:
  absl::StatusOr<v1::GetSnapshotResponse> Page(int size = 0, const std::string& token = "") {
    v1::GetSnapshotRequest request;
    request.set_page_size(size);
    request.set_page_token(token);
    return GetSnapshot(As(system_), request);
  }
  absl::StatusOr<v1::ListChangesResponse> TryChanges(int64_t after, int limit = 0) {
    v1::ListChangesRequest request;
    request.set_after_sequence(after);
    request.set_limit(limit);
    return ListChanges(As(system_), request);
  }
  v1::ListChangesResponse Changes(int64_t after, int limit = 0) {
    return TryChanges(after, limit).value();
  }
  int64_t End() { return Changes(0).last_sequence(); }

  absl::Status Hear(const events::v1::Event& event) {
    return ApplyEvent(*database_, kAuthStream, event);
  }
  events::v1::Event UserEvent(int64_t id, const std::string& name, int64_t version) {
    events::v1::Event event;
    event.set_sequence(++heard_);
    event.set_aggregate("user:" + std::to_string(id));
    event.set_version(version);
    event.mutable_user_changed()->set_user_id(id);
    event.mutable_user_changed()->set_username(name);
    event.mutable_user_changed()->set_role(type::v1::MEMBER_ROLE);
    return event;
  }
  void Run(const database::Statement& statement) {
    ASSERT_TRUE(
        database_->Write([&](database::Transaction& tx) { return tx.Execute(statement).status(); })
            .ok());
  }
  void HidePostById(int64_t id) {
    v1::HidePostRequest hide;
    hide.set_id(id);
    hide.set_hidden(true);
    ASSERT_TRUE(HidePost(As(mod_), hide).ok());
  }
  void Moderate(int64_t topic_id, v1::ModerateTopicRequest::Action action) {
    v1::ModerateTopicRequest request;
    request.set_id(topic_id);
    request.set_action(action);
    ASSERT_TRUE(ModerateTopic(As(mod_), request).ok());
  }

  int64_t heard_ = 0;
};

FORIUM_ON_EVERY_ENGINE(DocumentsTest);

TEST_P(DocumentsTest, ASnapshotHoldsWhatIsShownAndTopicsOfEveryState) {
  const v1::Category team = Category("Team", type::v1::MODERATOR_ROLE);
  const v1::Topic shown = Topic(ann_, Category("General"), "Shown", {"one", "two"});
  const v1::Post reply = Reply(ben_, shown, "> a saying\n\n```\ncode\n```\n");
  const v1::Post hidden_post = Reply(ben_, shown, "gone");
  HidePostById(hidden_post.id());
  const v1::Topic hidden = Topic(mod_, team, "Hidden");
  Moderate(hidden.id(), v1::ModerateTopicRequest::HIDE);  // leaves a small action
  v1::AcceptPostRequest accept;
  accept.set_id(reply.id());
  accept.set_accepted(true);
  ASSERT_TRUE(AcceptPost(As(ann_), accept).ok());

  const v1::GetSnapshotResponse page = Page().value();
  EXPECT_EQ(page.next_page_token(), "");
  EXPECT_EQ(page.sequence(), End());
  EXPECT_EQ(page.posts_total(), 3);
  EXPECT_THAT(Ids(page.posts()),
              ElementsAre(shown.posts(0).id(), reply.id(), hidden.posts(0).id()));
  EXPECT_THAT(Ids(page.topics()), ElementsAre(shown.id(), hidden.id()));
  EXPECT_EQ(page.categories_size(), 2);
  EXPECT_EQ(page.categories(0).name(), "Team");
  EXPECT_EQ(page.categories(0).slug(), "team");
  EXPECT_EQ(page.categories(0).read_role(), type::v1::MODERATOR_ROLE);
  EXPECT_THAT(Ids(page.users()), ElementsAre(11, 12, 13));

  std::map<int64_t, v1::TopicDocument> topics;
  for (const v1::TopicDocument& topic : page.topics()) topics[topic.id()] = topic;
  const v1::TopicDocument& topic = topics[shown.id()];
  EXPECT_TRUE(topic.visible());
  EXPECT_EQ(topic.title(), "Shown");
  EXPECT_EQ(topic.slug(), "shown");
  EXPECT_THAT(topic.tags(), ElementsAre("one", "two"));
  EXPECT_EQ(topic.author_id(), 11);
  EXPECT_EQ(topic.posts_count(), 2);
  EXPECT_EQ(topic.accepted_post_number(), 2);
  EXPECT_EQ(topic.excerpt(), "The text of Shown");
  EXPECT_EQ(Microseconds(topic.bumped_at()), Microseconds(reply.created_at()));
  EXPECT_FALSE(topics[hidden.id()].visible());
  EXPECT_EQ(topics[hidden.id()].title(), "Hidden");

  const v1::PostDocument& post = page.posts(1);
  EXPECT_EQ(post.topic_id(), shown.id());
  EXPECT_EQ(post.number(), 2);
  EXPECT_EQ(post.author_id(), 12);
  EXPECT_TRUE(post.visible());
  EXPECT_TRUE(post.accepted());
  EXPECT_TRUE(post.has_code());
  EXPECT_EQ(post.text(), "a saying\n\ncode");
  EXPECT_EQ(Microseconds(post.created_at()), Microseconds(reply.created_at()));
}

TEST_P(DocumentsTest, PagesHoldEveryPostOnceAndTheirTopics) {
  const v1::Category category = Category("General");
  std::vector<v1::Topic> topics;
  for (const char* title : {"A", "B", "C"}) topics.push_back(Topic(ann_, category, title));
  for (int i = 0; i < 8; ++i) Reply(ben_, topics[i % 3]);
  std::vector<int64_t> seen;
  std::string token;
  int pages = 0;
  do {
    const v1::GetSnapshotResponse page = Page(3, token).value();
    EXPECT_EQ(page.users_size() > 0, token.empty());
    EXPECT_EQ(page.posts_total(), token.empty() ? 11 : 0);
    std::set<int64_t> used;
    for (const v1::PostDocument& post : page.posts()) {
      seen.push_back(post.id());
      used.insert(post.topic_id());
    }
    EXPECT_EQ(Ids(page.topics()), std::vector<int64_t>(used.begin(), used.end()));
    token = page.next_page_token();
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(pages, 4);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(std::set<int64_t>(seen.begin(), seen.end()).size(), 11u);
  EXPECT_EQ(seen.size(), 11u);
}

TEST_P(DocumentsTest, AnEmptyForumAndBadRequestsAreAnswered) {
  const v1::GetSnapshotResponse page = Page().value();
  EXPECT_EQ(page.sequence(), 0);
  EXPECT_EQ(page.posts_size() + page.topics_size(), 0);
  EXPECT_FALSE(Changes(0).start_over());
  EXPECT_EQ(ReasonIn(Page(-1).status()), Reason::INVALID_FIELD);
  EXPECT_EQ(ReasonIn(Page(2001).status()), Reason::INVALID_FIELD);
  EXPECT_EQ(ReasonIn(Page(0, "x").status()), Reason::INVALID_PAGE_TOKEN);
  EXPECT_EQ(ReasonIn(TryChanges(-1).status()), Reason::INVALID_FIELD);
  EXPECT_EQ(ReasonIn(TryChanges(0, 1001).status()), Reason::INVALID_FIELD);
}

TEST_P(DocumentsTest, ChangesAreTheStateOfNowEachThingOnce) {
  const v1::Topic topic = Topic(ann_, Category("General"), "A topic");
  const int64_t begin = End();
  EXPECT_EQ(Changes(begin).sequence(), begin);
  EXPECT_FALSE(Changes(begin).has_first_event_at());

  const v1::Post reply = Reply(ben_, topic, "first");
  v1::UpdatePostRequest edit;
  edit.set_id(reply.id());
  for (const char* raw : {"second", "third"}) {
    edit.set_raw(raw);
    ASSERT_TRUE(UpdatePost(As(ben_), edit).ok());
  }
  const v1::ListChangesResponse changes = Changes(begin);
  EXPECT_FALSE(changes.start_over());
  EXPECT_EQ(changes.sequence(), begin + 3);
  EXPECT_EQ(changes.last_sequence(), begin + 3);
  EXPECT_TRUE(changes.has_first_event_at());
  ASSERT_EQ(changes.posts_size(), 1);
  EXPECT_EQ(changes.posts(0).text(), "third");
  ASSERT_EQ(changes.topics_size(), 1);
  EXPECT_EQ(changes.topics(0).posts_count(), 2);
  EXPECT_THAT(Ids(changes.users()), ElementsAre(12));
  EXPECT_EQ(changes.users(0).username(), "ben");

  // In small steps the same.
  const v1::ListChangesResponse step = Changes(begin, 1);
  EXPECT_EQ(step.sequence(), begin + 1);
  EXPECT_EQ(step.last_sequence(), begin + 3);
}

TEST_P(DocumentsTest, WhatIsHiddenGoesAndComesBack) {
  const v1::Category category = Category("General");
  const v1::Topic topic = Topic(ann_, category, "A topic");
  const v1::Post reply = Reply(ben_, topic, "words");
  int64_t at = End();
  HidePostById(reply.id());
  v1::ListChangesResponse changes = Changes(at);
  ASSERT_EQ(changes.posts_size(), 1);
  EXPECT_FALSE(changes.posts(0).visible());
  EXPECT_EQ(changes.posts(0).text(), "");
  EXPECT_EQ(changes.posts(0).author_id(), 0);
  EXPECT_EQ(changes.posts(0).topic_id(), topic.id());
  EXPECT_EQ(changes.topics(0).posts_count(), 1);

  at = End();
  Moderate(topic.id(), v1::ModerateTopicRequest::HIDE);
  changes = Changes(at);
  EXPECT_EQ(changes.posts_size(), 0);
  EXPECT_FALSE(changes.topics(0).visible());
  at = End();
  Moderate(topic.id(), v1::ModerateTopicRequest::SHOW);
  EXPECT_TRUE(Changes(at).topics(0).visible());

  at = End();
  v1::Category empty = Category("Empty");
  v1::DeleteCategoryRequest drop;
  drop.set_id(empty.id());
  ASSERT_TRUE(DeleteCategory(As(admin_), drop).ok());
  changes = Changes(at);
  ASSERT_EQ(changes.categories_size(), 1);
  EXPECT_EQ(changes.categories(0).id(), empty.id());
  EXPECT_TRUE(changes.categories(0).deleted());
}

TEST_P(DocumentsTest, TheSolutionAndTheOneBeforeItComeAgain) {
  const v1::Topic topic = Topic(ann_, Category("General"), "A topic");
  const v1::Post first = Reply(ben_, topic), second = Reply(ben_, topic);
  v1::AcceptPostRequest accept;
  accept.set_id(first.id());
  accept.set_accepted(true);
  ASSERT_TRUE(AcceptPost(As(ann_), accept).ok());
  const int64_t at = End();
  accept.set_id(second.id());
  ASSERT_TRUE(AcceptPost(As(ann_), accept).ok());
  const v1::ListChangesResponse changes = Changes(at);
  EXPECT_EQ(changes.topics(0).accepted_post_number(), 3);
  ASSERT_THAT(Ids(changes.posts()), ElementsAre(first.id(), second.id()));
  for (const v1::PostDocument& post : changes.posts()) {
    EXPECT_EQ(post.accepted(), post.id() == second.id());
  }
}

TEST_P(DocumentsTest, AccountsComeWithoutStartingOver) {
  Topic(ann_, Category("General"), "A topic");
  int64_t at = End();
  ASSERT_TRUE(Hear(UserEvent(77, "new", 1)).ok());  // has written nothing yet
  v1::ListChangesResponse changes = Changes(at);
  EXPECT_FALSE(changes.start_over());
  ASSERT_EQ(changes.users_size(), 1);
  EXPECT_EQ(changes.users(0).username(), "new");

  at = End();
  ASSERT_TRUE(Hear(UserEvent(11, "anna", 2)).ok());
  changes = Changes(at);
  EXPECT_FALSE(changes.start_over());
  ASSERT_EQ(changes.users_size(), 1);
  EXPECT_EQ(changes.users(0).username(), "anna");
  EXPECT_EQ(changes.topics_size() + changes.posts_size(), 0);

  at = End();
  events::v1::Event erased;
  erased.set_sequence(++heard_);
  erased.mutable_user_erased()->set_user_id(11);
  ASSERT_TRUE(Hear(erased).ok());
  changes = Changes(at);
  EXPECT_FALSE(changes.start_over());
  ASSERT_EQ(changes.users_size(), 1);
  EXPECT_TRUE(changes.users(0).erased());
  EXPECT_EQ(changes.users(0).username(), "");
  EXPECT_THAT(Ids(Page().value().users()), ElementsAre(77));
}

TEST_P(DocumentsTest, AChangeOfEverythingStartsOverWithTheCategories) {
  Topic(ann_, Category("General"), "A topic");
  const int64_t at = End();
  ASSERT_TRUE(database_
                  ->Write([](database::Transaction& tx) {
                    return AnnounceEverything(tx, absl::ToUnixMicros(absl::Now()));
                  })
                  .ok());
  const v1::ListChangesResponse changes = Changes(at);
  EXPECT_TRUE(changes.start_over());
  EXPECT_EQ(changes.topics_size() + changes.posts_size(), 0);
  EXPECT_GE(changes.categories_size(), 1);
}

TEST_P(DocumentsTest, ARenamedTagTouchesItsTopics) {
  const v1::Topic topic = Topic(ann_, Category("General"), "A topic", {"one"});
  const int64_t at = End();
  v1::RenameTagRequest rename;
  rename.set_slug("one");
  rename.set_new_slug("two");
  ASSERT_TRUE(RenameTag(As(mod_), rename).ok());
  const v1::ListChangesResponse changes = Changes(at);
  EXPECT_FALSE(changes.start_over());
  ASSERT_EQ(changes.topics_size(), 1);
  EXPECT_EQ(changes.topics(0).id(), topic.id());
  EXPECT_EQ(changes.topics(0).tags(0), "two");
  EXPECT_EQ(changes.posts_size(), 0);
}

TEST_P(DocumentsTest, ACategoryThatBecomesPrivateTouchesItselfAlone) {
  const v1::Category category = Category("General");
  Topic(ann_, category, "A topic");
  const int64_t at = End();
  v1::UpdateCategoryRequest change;
  change.set_id(category.id());
  change.set_read_role(type::v1::MODERATOR_ROLE);
  ASSERT_TRUE(UpdateCategory(As(admin_), change).ok());
  const v1::ListChangesResponse changes = Changes(at);
  EXPECT_FALSE(changes.start_over());
  ASSERT_EQ(changes.categories_size(), 1);
  EXPECT_EQ(changes.categories(0).read_role(), type::v1::MODERATOR_ROLE);
  EXPECT_EQ(changes.topics_size() + changes.posts_size(), 0);
}

TEST_P(DocumentsTest, AnImportComesWithItsPostsAuthorsAndCategories) {
  v1::ImportRequest request;
  request.set_source("elsewhere");
  v1::ImportedCategory& category = *request.add_categories();
  category.set_source_id(7);
  category.set_name("Imported");
  v1::ImportedTopic& topic = *request.add_topics();
  topic.set_source_id(70);
  topic.set_title("Brought along");
  topic.set_category_source_id(7);
  for (int number = 1; number <= 2; ++number) {
    v1::ImportedPost& post = *topic.add_posts();
    post.set_source_id(700 + number);
    post.set_number(number);
    post.mutable_author()->set_id(50 + number);
    post.mutable_author()->set_username("guest" + std::to_string(number));
    post.set_raw("A text");
    post.mutable_created_at()->set_seconds(1'500'000'000);
  }
  const int64_t at = End();
  type::v1::Principal system;
  system.set_system(true);
  ASSERT_TRUE(Import(As(system), request).ok());
  const v1::ListChangesResponse changes = Changes(at);
  EXPECT_FALSE(changes.start_over());
  EXPECT_EQ(changes.topics_size(), 1);
  EXPECT_EQ(changes.posts_size(), 2);
  EXPECT_EQ(changes.users_size(), 2);
  EXPECT_GE(changes.categories_size(), 1);
}

TEST_P(DocumentsTest, ALogThatDoesNotReachBackStartsOver) {
  const v1::Topic topic = Topic(ann_, Category("General"), "A topic");
  Reply(ben_, topic);
  const int64_t end = End();
  // A database from a backup: nobody can be ahead of the log.
  EXPECT_TRUE(Changes(end + 1).start_over());
  static constexpr database::Statement kDropOldest{"drop_oldest",
                                                   "DELETE FROM outbox WHERE sequence <= 2"};
  Run(kDropOldest);
  EXPECT_TRUE(Changes(0).start_over());
  EXPECT_TRUE(Changes(1).start_over());
  EXPECT_FALSE(Changes(2).start_over());
  static constexpr database::Statement kDropAll{"drop_all", "DELETE FROM outbox"};
  Run(kDropAll);
  EXPECT_TRUE(Changes(end - 1).start_over());
  EXPECT_FALSE(Changes(end).start_over());
  EXPECT_EQ(Changes(end).last_sequence(), end);
  EXPECT_EQ(Page().value().sequence(), end);
}

TEST_P(DocumentsTest, PagesAreBoundedByTheirText) {
  const v1::Topic topic = Topic(ann_, Category("General"), "A topic");
  const int64_t at = End();
  const std::string html = "<p>" + std::string(1 << 20, 'x') + "</p>";
  for (int i = 0; i < 12; ++i) {
    const v1::Post reply = Reply(ben_, topic);
    ASSERT_TRUE(database_
                    ->Write([&](database::Transaction& tx) {
                      return Store(tx).UpdatePostText(reply.id(), "", html, 0, now_, 12, "");
                    })
                    .ok());
  }
  const v1::GetSnapshotResponse page = Page().value();
  EXPECT_FALSE(page.next_page_token().empty());
  EXPECT_LT(page.ByteSizeLong(), static_cast<size_t>(kDocumentBytes + (2 << 20)));
  EXPECT_EQ(page.posts_size() + Page(0, page.next_page_token()).value().posts_size(), 13);
  const v1::ListChangesResponse changes = Changes(at);
  EXPECT_LT(changes.ByteSizeLong(), static_cast<size_t>(kDocumentBytes + (2 << 20)));
  EXPECT_GT(changes.sequence(), at);
  EXPECT_LT(changes.sequence(), changes.last_sequence());
}

}  // namespace
}  // namespace forium::forum
