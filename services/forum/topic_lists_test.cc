// SPDX-License-Identifier: Apache-2.0
#include "services/forum/topic_lists.h"

#include "gmock/gmock.h"
#include "services/forum/testing/forum_fixture.h"

namespace forium::forum {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class TopicListsTest : public ForumFixture {
 protected:
  // Titles of all pages, by pages of two.
  std::vector<std::string> AllPages(v1::ListTopicsRequest request) {
    std::vector<std::string> titles;
    request.set_page_size(2);
    for (int page = 0; page < 10; ++page) {
      const v1::ListTopicsResponse list = List(nobody_, request).value();
      for (const v1::Topic& topic : list.topics()) titles.push_back(topic.title());
      request.set_page_token(list.next_page_token());
      if (list.next_page_token().empty()) break;
    }
    return titles;
  }
};
FORIUM_ON_EVERY_ENGINE(TopicListsTest);

TEST_P(TopicListsTest, EachOrderGoesThroughAllPages) {
  const v1::Category a = Category("A"), b = Category("B");
  const v1::Topic one = Topic(ann_, a, "One", {"x"});
  const v1::Topic two = Topic(ann_, b, "Two", {"x", "y"});
  const v1::Topic three = Topic(ann_, a, "Three", {"x"});
  Topic(ann_, a, "Four");
  Topic(ann_, b, "Five", {"x"});
  Reply(ben_, two);
  Reply(ben_, two);
  Reply(ben_, one);

  v1::ListTopicsRequest request;
  EXPECT_THAT(AllPages(request), ElementsAre("One", "Two", "Five", "Four", "Three"));
  request.set_order(v1::CREATED);
  EXPECT_THAT(AllPages(request), ElementsAre("Five", "Four", "Three", "Two", "One"));
  request.set_order(v1::TOP);
  EXPECT_THAT(AllPages(request), ElementsAre("Two", "One", "Five", "Four", "Three"));
  request.set_period("week");
  EXPECT_THAT(AllPages(request), ElementsAre("Two", "One", "Five", "Four", "Three"));

  request.Clear();
  request.set_category("a");
  EXPECT_THAT(AllPages(request), ElementsAre("One", "Four", "Three"));
  request.set_category(std::to_string(a.id()));
  EXPECT_THAT(AllPages(request), ElementsAre("One", "Four", "Three"));
  request.set_order(v1::CREATED);
  EXPECT_THAT(AllPages(request), ElementsAre("Four", "Three", "One"));
  request.set_order(v1::TOP);
  EXPECT_THAT(AllPages(request), ElementsAre("One", "Four", "Three"));
  request.set_period("year");
  EXPECT_THAT(AllPages(request), ElementsAre("One", "Four", "Three"));

  request.Clear();
  request.set_tag("x");
  EXPECT_THAT(AllPages(request), ElementsAre("One", "Two", "Five", "Three"));
  request.set_category("a");
  EXPECT_THAT(AllPages(request), ElementsAre("One", "Three"));
  request.set_order(v1::CREATED);
  EXPECT_THAT(AllPages(request), ElementsAre("Three", "One"));
  request.set_order(v1::TOP);
  EXPECT_THAT(AllPages(request), ElementsAre("One", "Three"));
}

TEST_P(TopicListsTest, PeriodLeavesOutWhatIsOlder) {
  const v1::Category category = Category("A");
  Topic(ann_, category, "Old");
  now_ += int64_t{40} * 24 * 3600 * 1'000'000;
  Topic(ann_, category, "Fresh");
  v1::ListTopicsRequest request;
  request.set_order(v1::TOP);
  request.set_period("month");
  EXPECT_THAT(Titles(nobody_, request), ElementsAre("Fresh"));
  request.set_period("fortnight");
  EXPECT_EQ(ReasonIn(List(nobody_, request).status()), Reason::INVALID_FIELD);
}

TEST_P(TopicListsTest, TokensBelongToTheirList) {
  const v1::Category category = Category("A");
  for (int i = 0; i < 3; ++i) Topic(ann_, category, "Topic");
  v1::ListTopicsRequest request;
  request.set_page_size(2);
  request.set_page_token(List(nobody_, request).value().next_page_token());
  EXPECT_TRUE(List(nobody_, request).ok());
  request.set_order(v1::CREATED);
  EXPECT_EQ(ReasonIn(List(nobody_, request).status()), Reason::INVALID_PAGE_TOKEN);
  request.set_page_size(101);
  EXPECT_EQ(ReasonIn(List(nobody_, request).status()), Reason::INVALID_FIELD);
  request.set_page_size(-1);
  EXPECT_EQ(ReasonIn(List(nobody_, request).status()), Reason::INVALID_FIELD);
  request.Clear();
  request.set_category("nowhere");
  EXPECT_EQ(ReasonIn(List(nobody_, request).status()), Reason::NOT_FOUND);
  request.set_category("99999999999999999999");
  EXPECT_EQ(ReasonIn(List(nobody_, request).status()), Reason::NOT_FOUND);
  request.Clear();
  request.set_filter(v1::UNREAD);
  EXPECT_EQ(ReasonIn(List(nobody_, request).status()), Reason::SIGN_IN_REQUIRED);
}

TEST_P(TopicListsTest, ListsAndPagesTakeThreeStatements) {
  const v1::Category category = Category("A");
  const v1::Topic topic = Topic(ann_, category, "Topic", {"x", "y", "z"});
  for (int i = 0; i < 30; ++i) Topic(i % 2 == 0 ? ben_ : mod_, category, "Another", {"x"});
  for (int i = 0; i < 25; ++i) Reply(i % 2 == 0 ? ben_ : mod_, topic, "Reply", 1);
  for (const auto* reader : {&nobody_, &ann_, &mod_}) {
    const auto statements = [&](const auto& call) {
      database::StatementCounter counter;
      EXPECT_TRUE(call().ok());
      return counter.count();
    };
    EXPECT_LE(statements([&] { return List(*reader); }), 3);
    v1::ListTopicsRequest request;
    request.set_category("a");
    EXPECT_LE(statements([&] { return List(*reader, request); }), 3);
    request.set_tag("x");
    EXPECT_LE(statements([&] { return List(*reader, request); }), 3);
    EXPECT_LE(statements([&] { return Page(*reader, topic.id()); }), 3);
    EXPECT_LE(statements([&] { return ListCategories(As(*reader), {}); }), 1);
    if (reader->user_id() == 0) continue;
    EXPECT_LE(statements([&] { return GetUnread(As(*reader), {}); }), 1);
    request.Clear();
    request.set_filter(v1::UNREAD);
    EXPECT_LE(statements([&] { return List(*reader, request); }), 3);
  }
}

TEST_P(TopicListsTest, UnreadAndNewAreExact) {
  const v1::Category category = Category("A");
  const auto mark = [&](const v1::Topic& topic, int32_t number) {
    v1::MarkReadRequest request;
    request.set_id(topic.id());
    request.set_number(number);
    EXPECT_TRUE(MarkRead(As(ann_), request).ok());
  };
  const auto unread = [&] { return GetUnread(As(ann_), {}).value().unread_topics(); };
  const auto fresh = [&] { return GetUnread(As(ann_), {}).value().new_topics(); };
  v1::ListTopicsRequest list_unread, list_new;
  list_unread.set_filter(v1::UNREAD);
  list_new.set_filter(v1::NEW);

  const v1::Topic mine = Topic(ann_, category, "Mine"), visited = Topic(ben_, category, "Visited");
  Topic(ben_, category, "Never seen");
  EXPECT_EQ(fresh(), 0);  // the first visit has nothing before it
  mark(visited, 1);
  EXPECT_EQ(unread(), 0);
  Reply(ben_, mine);
  const v1::Post reply = Reply(ben_, visited);
  Reply(ben_, visited);
  EXPECT_EQ(unread(), 2);
  EXPECT_THAT(Titles(ann_, list_unread), ElementsAre("Visited", "Mine"));
  EXPECT_EQ(List(ann_, list_unread).value().topics(0).unread_count(), 2);
  EXPECT_EQ(Parsed<v1::ListCategoriesResponse>(ListCategories(As(ann_), {}))
                .value()
                .categories(0)
                .unread_count(),
            2);

  mark(visited, 3);
  mark(visited, 1);  // never back
  EXPECT_EQ(unread(), 1);
  mark(mine, 99);  // past the end is the end
  EXPECT_EQ(unread(), 0);
  Reply(ben_, mine);
  EXPECT_EQ(unread(), 1);

  // What is deleted is not unread.
  v1::DeletePostRequest remove;
  remove.set_id(Reply(ben_, visited).id());
  EXPECT_EQ(unread(), 2);
  ASSERT_TRUE(DeletePost(As(ben_), remove).ok());
  EXPECT_EQ(unread(), 1);
  // Nor is what only a moderator did.
  v1::ModerateTopicRequest close;
  close.set_id(visited.id());
  close.set_action(v1::ModerateTopicRequest::CLOSE);
  ASSERT_TRUE(ModerateTopic(As(mod_), close).ok());
  EXPECT_EQ(unread(), 1);

  ASSERT_TRUE(MarkAllRead(As(ann_), {}).ok());
  EXPECT_EQ(unread(), 0);
  EXPECT_EQ(fresh(), 0);
  const v1::Topic newer = Topic(ben_, category, "Newer");
  EXPECT_EQ(fresh(), 1);
  EXPECT_THAT(Titles(ann_, list_new), ElementsAre("Newer"));
  EXPECT_TRUE(List(ann_).value().topics(0).is_new());
  mark(newer, 1);
  EXPECT_EQ(fresh(), 0);
  EXPECT_THAT(Titles(ann_, list_new), IsEmpty());
}

TEST_P(TopicListsTest, NewBeginsWhereTheLastVisitEnded) {
  const v1::Category category = Category("A");
  const v1::Topic topic = Topic(ben_, category, "Before");
  v1::MarkReadRequest mark;
  mark.set_id(topic.id());
  mark.set_number(1);
  ASSERT_TRUE(MarkRead(As(ann_), mark).ok());
  Topic(ben_, category, "Between");
  EXPECT_EQ(GetUnread(As(ann_), {}).value().new_topics(), 1);
  now_ += int64_t{2} * 3600 * 1'000'000;
  Topic(ben_, category, "While away");
  ASSERT_TRUE(MarkRead(As(ann_), mark).ok());  // a new visit
  EXPECT_EQ(GetUnread(As(ann_), {}).value().new_topics(), 2);
  now_ += int64_t{2} * 3600 * 1'000'000;
  ASSERT_TRUE(MarkRead(As(ann_), mark).ok());  // and another
  EXPECT_EQ(GetUnread(As(ann_), {}).value().new_topics(), 0);
}

TEST_P(TopicListsTest, TimelineHasFirstAndLast) {
  const v1::Topic topic = Topic(ann_, Category("A"), "Topic");
  for (int i = 0; i < 249; ++i) Reply(ben_, topic);
  v1::GetTimelineRequest request;
  request.set_id(topic.id());
  const v1::Timeline timeline = GetTimeline(As(nobody_), request).value();
  EXPECT_LE(timeline.points_size(), 100);
  EXPECT_GE(timeline.points_size(), 80);
  EXPECT_EQ(timeline.points(0).number(), 1);
  EXPECT_EQ(timeline.points().rbegin()->number(), 250);
}

}  // namespace
}  // namespace forium::forum
