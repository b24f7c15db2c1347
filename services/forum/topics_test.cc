// SPDX-License-Identifier: Apache-2.0
#include "services/forum/topics.h"

#include "gmock/gmock.h"
#include "services/forum/testing/forum_fixture.h"

namespace forium::forum {
namespace {

using ::testing::ElementsAre;
using Action = v1::ModerateTopicRequest;

class TopicsTest : public ForumFixture {
 protected:
  absl::StatusOr<v1::Topic> Moderate(const v1::Topic& topic, Action::Action action,
                                     const std::string& reason = "") {
    v1::ModerateTopicRequest request;
    request.set_id(topic.id());
    request.set_action(action);
    request.set_reason(reason);
    return ModerateTopic(As(mod_), request);
  }
  absl::StatusOr<v1::Topic> Delete(const type::v1::Principal& who, const v1::Topic& topic) {
    v1::DeleteTopicRequest request;
    request.set_id(topic.id());
    return DeleteTopic(As(who), request);
  }
  absl::StatusOr<v1::Topic> Restore(const type::v1::Principal& who, const v1::Topic& topic) {
    v1::RestoreTopicRequest request;
    request.set_id(topic.id());
    return RestoreTopic(As(who), request);
  }
};
FORIUM_ON_EVERY_ENGINE(TopicsTest);

TEST_P(TopicsTest, NewTopicHasItsFirstPostAndIsRead) {
  const v1::Category category = Category("General");
  const v1::Topic topic = Topic(ann_, category, "Über den Wolken", {"Weather", "sky"});
  EXPECT_EQ(topic.slug(), "uber-den-wolken");
  EXPECT_EQ(topic.posts_count(), 1);
  EXPECT_EQ(topic.participants_count(), 1);
  EXPECT_EQ(topic.last_read_number(), 1);
  EXPECT_THAT(topic.tags(), ElementsAre("weather", "sky"));
  EXPECT_TRUE(topic.allowed().reply());
  EXPECT_TRUE(topic.allowed().delete_());
  EXPECT_EQ(topic.category().topics_count(), 1);
  ASSERT_EQ(topic.posts_size(), 1);
  EXPECT_EQ(topic.posts(0).number(), 1);
  EXPECT_EQ(topic.posts(0).author().username(), "ann");
  EXPECT_EQ(topic.excerpt(), "The text of Über den Wolken");
  ExpectExactCounters();
}

TEST_P(TopicsTest, SameRequestIdMakesOneTopic) {
  const v1::Category category = Category("General");
  v1::CreateTopicRequest request;
  request.set_category_id(category.id());
  request.set_title("Once");
  request.set_raw("Only once");
  request.set_request_id("key-1");
  const v1::Topic first = CreateTopic(As(ann_), request).value();
  const v1::Topic again = CreateTopic(As(ann_), request).value();
  EXPECT_EQ(first.id(), again.id());
  ASSERT_EQ(again.posts_size(), 1);
  request.set_title("Another");
  EXPECT_EQ(ReasonIn(CreateTopic(As(ann_), request).status()), Reason::REQUEST_ID_REUSED);
  // The id is the user's own.
  EXPECT_NE(CreateTopic(As(ben_), request).value().id(), first.id());
  ExpectExactCounters();
}

TEST_P(TopicsTest, CreateRefusesWhatIsNotATopic) {
  const v1::Category category = Category("General");
  const auto attempt = [&](const std::string& title, const std::string& raw,
                           const std::string& tag = "") {
    v1::CreateTopicRequest request;
    request.set_category_id(category.id());
    request.set_title(title);
    request.set_raw(raw);
    if (!tag.empty()) request.add_tags(tag);
    return ReasonIn(CreateTopic(As(ann_), request).status());
  };
  EXPECT_EQ(attempt("", "text"), Reason::INVALID_FIELD);
  EXPECT_EQ(attempt(" \t ", "text"), Reason::INVALID_FIELD);
  EXPECT_EQ(attempt("\u200b\u200b", "text"), Reason::INVALID_FIELD);
  EXPECT_EQ(attempt("two\nlines", "text"), Reason::INVALID_FIELD);
  EXPECT_EQ(attempt("\u202ereversed", "text"), Reason::INVALID_FIELD);
  EXPECT_EQ(attempt(std::string("a\0b", 3), "text"), Reason::INVALID_FIELD);
  EXPECT_EQ(attempt("bad \xff bytes", "text"), Reason::INVALID_FIELD);
  EXPECT_EQ(attempt(std::string(201, 'x'), "text"), Reason::TEXT_TOO_LONG);
  EXPECT_EQ(attempt("title", ""), Reason::INVALID_FIELD);
  EXPECT_EQ(attempt("title", " \n "), Reason::INVALID_FIELD);
  EXPECT_EQ(attempt("title", std::string(64 * 1024 + 1, 'x')), Reason::TEXT_TOO_LONG);
  EXPECT_EQ(attempt("title", "text", "two words"), Reason::INVALID_FIELD);
  EXPECT_EQ(attempt("title", "text", "a,b,c,d,e,f"), Reason::INVALID_FIELD);
  EXPECT_EQ(attempt("title", "text", std::string(31, 'x')), Reason::INVALID_FIELD);
  EXPECT_TRUE(Titles(nobody_).empty());
}

TEST_P(TopicsTest, UpdateMovesRenamesAndRetags) {
  const v1::Category from = Category("From"), to = Category("To", type::v1::MEMBER_ROLE);
  v1::Topic topic = Topic(ann_, from, "First title", {"one", "two"});
  Reply(ben_, topic);
  v1::UpdateTopicRequest request;
  request.set_id(topic.id());
  request.set_title("Second title");
  request.set_category_id(to.id());
  request.set_set_tags(true);
  request.add_tags("two");
  request.add_tags("three");
  topic = UpdateTopic(As(ann_), request).value();
  EXPECT_EQ(topic.slug(), "second-title");
  EXPECT_EQ(topic.category_id(), to.id());
  EXPECT_THAT(topic.tags(), ElementsAre("two", "three"));
  EXPECT_EQ(topic.category().posts_count(), 2);
  EXPECT_EQ(topic.posts_count(), 2);

  const v1::Topic page = Page(ben_, topic.id()).value();
  ASSERT_EQ(page.posts_size(), 4);
  EXPECT_EQ(page.posts(2).action(), "renamed");
  EXPECT_EQ(page.posts(3).action(), "moved");
  EXPECT_EQ(page.posts(3).number(), 4);
  EXPECT_EQ(page.posts_count(), 2);
  EXPECT_EQ(ReasonIn(UpdateTopic(As(ben_), request).status()), Reason::PERMISSION_DENIED);
  ExpectExactCounters();
}

TEST_P(TopicsTest, LockedTopicRejectsReplies) {
  const v1::Topic topic = Topic(ann_, Category("General"), "Short");
  EXPECT_TRUE(Moderate(topic, Action::CLOSE, "Off <b>topic</b>").value().closed());
  EXPECT_EQ(ReasonIn(TryReply(ben_, topic.id(), "late").status()), Reason::TOPIC_CLOSED);
  EXPECT_EQ(ReasonIn(Moderate(topic, Action::CLOSE).status()), Reason::WRONG_STATE);
  const v1::Topic page = Page(ben_, topic.id()).value();
  EXPECT_FALSE(page.allowed().reply());
  EXPECT_EQ(page.posts(1).html(), "<p>Off &lt;b&gt;topic&lt;/b&gt;</p>");
  EXPECT_TRUE(Moderate(topic, Action::OPEN).ok());
  EXPECT_EQ(Reply(ben_, topic).number(), 4);
  ExpectExactCounters();
}

TEST_P(TopicsTest, HiddenTopicIsForModerators) {
  const v1::Topic topic = Topic(ann_, Category("General"), "Doubtful", {"tag"});
  ASSERT_TRUE(Moderate(topic, Action::HIDE, "spam?").ok());
  EXPECT_EQ(ReasonIn(Page(ann_, topic.id()).status()), Reason::NOT_FOUND);
  EXPECT_EQ(ReasonIn(Page(nobody_, topic.id()).status()), Reason::NOT_FOUND);
  EXPECT_TRUE(Titles(ann_).empty());
  EXPECT_THAT(Titles(mod_), ElementsAre("Doubtful"));
  EXPECT_EQ(Page(mod_, topic.id()).value().state_reason(), "spam?");
  ExpectExactCounters();
  ASSERT_TRUE(Moderate(topic, Action::SHOW).ok());
  const v1::Topic page = Page(nobody_, topic.id()).value();
  EXPECT_THAT(page.DebugString(), ::testing::Not(::testing::HasSubstr("spam?")));
  ExpectExactCounters();
}

TEST_P(TopicsTest, AuthorDeletesAndRestoresWhileAlone) {
  const v1::Topic topic = Topic(ann_, Category("General"), "Mistake", {"tag"});
  EXPECT_EQ(ReasonIn(Delete(ben_, topic).status()), Reason::PERMISSION_DENIED);
  EXPECT_EQ(Delete(ann_, topic).value().state(), v1::DELETED);
  EXPECT_EQ(ReasonIn(Page(ben_, topic.id()).status()), Reason::NOT_FOUND);
  EXPECT_EQ(Page(ann_, topic.id()).value().state(), v1::DELETED);
  EXPECT_TRUE(Titles(ann_).empty());
  ExpectExactCounters();
  EXPECT_EQ(Restore(ann_, topic).value().state(), v1::VISIBLE);
  EXPECT_EQ(ReasonIn(Restore(ann_, topic).status()), Reason::WRONG_STATE);
  Reply(ben_, topic);
  EXPECT_EQ(ReasonIn(Delete(ann_, topic).status()), Reason::PERMISSION_DENIED);
  EXPECT_EQ(Delete(mod_, topic).value().state(), v1::REMOVED);
  EXPECT_EQ(ReasonIn(Restore(ann_, topic).status()), Reason::NOT_FOUND);
  EXPECT_TRUE(Restore(mod_, topic).ok());
  ExpectExactCounters();
}

TEST_P(TopicsTest, PinnedTopicsComeFirst) {
  const v1::Category general = Category("General"), other = Category("Other");
  const v1::Topic first = Topic(ann_, general, "First");
  Topic(ann_, general, "Second");
  Topic(ann_, other, "Third");
  ASSERT_TRUE(Moderate(first, Action::PIN).ok());
  EXPECT_THAT(Titles(nobody_), ElementsAre("First", "Third", "Second"));
  v1::ListTopicsRequest request;
  request.set_category("general");
  EXPECT_THAT(Titles(nobody_, request), ElementsAre("First", "Second"));
  request.set_category("other");
  EXPECT_THAT(Titles(nobody_, request), ElementsAre("Third"));
  EXPECT_EQ(List(nobody_).value().topics(0).excerpt(), "The text of First");
}

}  // namespace
}  // namespace forium::forum
