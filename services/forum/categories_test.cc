// SPDX-License-Identifier: Apache-2.0
#include "services/forum/categories.h"

#include "gmock/gmock.h"
#include "services/base/events/events.h"
#include "services/forum/events.h"
#include "services/forum/testing/forum_fixture.h"

namespace forium::forum {
namespace {

using ::testing::ElementsAre;

class CategoriesTest : public ForumFixture {};
class TagsTest : public ForumFixture {};
class ForumEventsTest : public ForumFixture {
 protected:
  int64_t next_sequence_ = 1;
};
FORIUM_ON_EVERY_ENGINE(CategoriesTest);
FORIUM_ON_EVERY_ENGINE(TagsTest);
FORIUM_ON_EVERY_ENGINE(ForumEventsTest);

TEST_P(CategoriesTest, NewCommunityHasOne) {
  ASSERT_TRUE(MakeFirstCategory(*database_).ok());
  ASSERT_TRUE(MakeFirstCategory(*database_).ok());
  const auto list = Parsed<v1::ListCategoriesResponse>(ListCategories(As(nobody_), {})).value();
  ASSERT_EQ(list.categories_size(), 1);
  EXPECT_EQ(list.categories(0).slug(), "general");
  EXPECT_TRUE(Topic(ann_, list.categories(0), "First").id() > 0);
}

TEST_P(CategoriesTest, SlugsAreTheirOwnAndNeverNumbers) {
  EXPECT_EQ(Category("Déjà vu").slug(), "deja-vu");
  v1::CreateCategoryRequest request;
  request.set_name("deja vu");
  EXPECT_EQ(ReasonIn(CreateCategory(As(admin_), request).status()), Reason::SLUG_TAKEN);
  request.set_slug("123");
  EXPECT_EQ(ReasonIn(CreateCategory(As(admin_), request).status()), Reason::INVALID_FIELD);
  request.set_slug("");
  request.set_name("123");
  EXPECT_EQ(CreateCategory(As(admin_), request).value().slug(), "category-123");
  request.set_name("x");
  request.set_color("red");
  EXPECT_EQ(ReasonIn(CreateCategory(As(admin_), request).status()), Reason::INVALID_FIELD);
}

TEST_P(CategoriesTest, OnlyAnEmptyOneGoes) {
  const v1::Category category = Category("A");
  v1::DeleteCategoryRequest request;
  request.set_id(category.id());
  const v1::Topic topic = Topic(ann_, category, "Topic");
  EXPECT_EQ(ReasonIn(DeleteCategory(As(admin_), request).status()), Reason::CATEGORY_NOT_EMPTY);
  request.set_id(Category("B").id());
  EXPECT_TRUE(DeleteCategory(As(admin_), request).ok());
  EXPECT_EQ(ReasonIn(DeleteCategory(As(admin_), request).status()), Reason::NOT_FOUND);
}

TEST_P(CategoriesTest, CreateRoleDecidesWhoOpensTopics) {
  v1::CreateCategoryRequest request;
  request.set_name("News");
  request.set_create_role(type::v1::ADMIN_ROLE);
  const v1::Category news = CreateCategory(As(admin_), request).value();
  v1::CreateTopicRequest create;
  create.set_category_id(news.id());
  create.set_title("Mine");
  create.set_raw("Mine");
  EXPECT_EQ(ReasonIn(CreateTopic(As(ann_), create).status()), Reason::PERMISSION_DENIED);
  const v1::Topic topic = Topic(admin_, news, "Ours");
  EXPECT_EQ(Reply(ann_, topic).number(), 2);
}

TEST_P(TagsTest, RenamingMergesAndDeletingTakesOff) {
  const v1::Category category = Category("A");
  const v1::Topic one = Topic(ann_, category, "One", {"cats", "pets"});
  const v1::Topic two = Topic(ann_, category, "Two", {"cat"});
  v1::RenameTagRequest rename;
  rename.set_slug("cats");
  rename.set_new_slug("Felines");
  EXPECT_EQ(RenameTag(As(mod_), rename).value().slug(), "felines");
  EXPECT_THAT(Page(nobody_, one.id()).value().tags(), ElementsAre("felines", "pets"));
  rename.set_slug("cat");
  EXPECT_EQ(RenameTag(As(mod_), rename).value().topics_count(), 2);
  v1::ListTopicsRequest list;
  list.set_tag("felines");
  EXPECT_THAT(Titles(nobody_, list), ElementsAre("Two", "One"));
  ExpectExactCounters();
  v1::DeleteTagRequest remove;
  remove.set_slug("felines");
  ASSERT_TRUE(DeleteTag(As(mod_), remove).ok());
  EXPECT_THAT(Page(nobody_, one.id()).value().tags(), ElementsAre("pets"));
  EXPECT_TRUE(Page(nobody_, two.id()).value().tags().empty());
  EXPECT_EQ(ReasonIn(DeleteTag(As(mod_), remove).status()), Reason::NOT_FOUND);
  ExpectExactCounters();
}

TEST_P(TagsTest, AreListedByUseInPagesAndByPrefix) {
  const v1::Category category = Category("A");
  Topic(ann_, category, "One", {"alpha", "beta", "album"});
  Topic(ann_, category, "Two", {"alpha", "album"});
  Topic(ann_, category, "Three", {"alpha"});
  v1::ListTagsRequest request;
  request.set_page_size(2);
  v1::ListTagsResponse list = ListTags(As(nobody_), request).value();
  EXPECT_EQ(list.tags(0).slug(), "alpha");
  EXPECT_EQ(list.tags(1).slug(), "album");
  request.set_page_token(list.next_page_token());
  list = ListTags(As(nobody_), request).value();
  EXPECT_EQ(list.tags(0).slug(), "beta");
  EXPECT_EQ(list.next_page_token(), "");
  request.Clear();
  request.set_prefix("AL");
  EXPECT_EQ(ListTags(As(nobody_), request).value().tags_size(), 2);
}

TEST_P(ForumEventsTest, AccountsAreTakenOverOnceAndInOrder) {
  const v1::Topic topic = Topic(ann_, Category("A"), "Topic");
  events::v1::Event event;
  event.set_sequence(5);
  event.set_version(3);
  event.mutable_user_changed()->set_user_id(ann_.user_id());
  event.mutable_user_changed()->set_username("anna");
  event.mutable_user_changed()->set_role(type::v1::MEMBER_ROLE);
  ASSERT_TRUE(ApplyEvent(*database_, kAuthStream, event).ok());
  EXPECT_EQ(Page(nobody_, topic.id()).value().authors(0).username(), "anna");
  // An older one that comes late, and the same again.
  event.mutable_user_changed()->set_username("ann");
  ASSERT_TRUE(ApplyEvent(*database_, kAuthStream, event).ok());
  event.set_sequence(6);
  event.set_version(2);
  ASSERT_TRUE(ApplyEvent(*database_, kAuthStream, event).ok());
  EXPECT_EQ(Page(nobody_, topic.id()).value().authors(0).username(), "anna");

  event.Clear();
  event.set_sequence(7);
  event.mutable_user_erased()->set_user_id(ann_.user_id());
  ASSERT_TRUE(ApplyEvent(*database_, kAuthStream, event).ok());
  EXPECT_EQ(Page(nobody_, topic.id()).value().authors_size(), 0);
  // A name does not come back.
  Reply(ann_, topic);
  EXPECT_EQ(Page(nobody_, topic.id()).value().authors_size(), 0);
}

TEST_P(ForumEventsTest, AccountsEndTheSameInWhateverOrderTheirEventsCome) {
  constexpr int kEvents = 4;  // named, renamed, promoted, erased
  const auto event_of = [this](int64_t user_id, int step) {
    events::v1::Event event;
    event.set_version(step + 1);
    event.set_sequence(next_sequence_ + step);
    if (step + 1 == kEvents) {
      event.mutable_user_erased()->set_user_id(user_id);
      return event;
    }
    event.mutable_user_changed()->set_user_id(user_id);
    event.mutable_user_changed()->set_username(step == 0 ? "before" : "after");
    event.mutable_user_changed()->set_role(step == 2 ? type::v1::MODERATOR_ROLE
                                                     : type::v1::MEMBER_ROLE);
    return event;
  };
  const auto apply = [&](int64_t user_id, const std::vector<int>& steps) {
    for (const int step : steps)
      ASSERT_TRUE(ApplyEvent(*database_, kAuthStream, event_of(user_id, step)).ok());
  };
  const auto author = [this](int64_t user_id) {
    std::vector<v1::Author> authors;
    EXPECT_TRUE(database_
                    ->Read([&](database::Transaction& tx) {
                      authors.clear();
                      return Store(tx).ListAuthors({user_id}, &authors);
                    })
                    .ok());
    return authors.empty() ? v1::Author() : authors[0];
  };
  const auto announced = [this] { return events::ReadLog(*database_, 0, 10'000)->size(); };
  std::vector<int> steps = {0, 1, 2};
  int64_t user_id = 100;
  do {
    for (const bool erased : {false, true}) {
      std::vector<int> order = steps;
      // Between the others, so that some come late.
      if (erased) order.insert(order.begin() + 1, kEvents - 1);
      apply(++user_id, order);
      const size_t before = announced();
      apply(user_id, order);
      EXPECT_EQ(announced(), before) << "what comes again changes nothing";
      EXPECT_EQ(author(user_id).username(), erased ? "" : "after");
      EXPECT_EQ(author(user_id).role(), erased ? type::v1::ANONYMOUS : type::v1::MODERATOR_ROLE);
      next_sequence_ += kEvents;
    }
  } while (std::next_permutation(steps.begin(), steps.end()));
  int64_t cursor = 0;
  ASSERT_TRUE(database_
                  ->Write([&](database::Transaction& tx) -> absl::Status {
                    cursor = events::Cursor(tx, kAuthStream).value();
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(cursor, next_sequence_ - 1) << "the cursor is at the furthest one";
}

TEST_P(ForumEventsTest, ARealChangeIsAnnouncedOnce) {
  events::v1::Event event;
  const auto announcements = [&](int64_t version, const std::string& name) {
    const size_t before = events::ReadLog(*database_, 0, 1000)->size();
    event.set_sequence(version);
    event.set_version(version);
    event.mutable_user_changed()->set_user_id(50);
    event.mutable_user_changed()->set_username(name);
    event.mutable_user_changed()->set_role(type::v1::MEMBER_ROLE);
    EXPECT_TRUE(ApplyEvent(*database_, kAuthStream, event).ok());
    return events::ReadLog(*database_, 0, 1000)->size() - before;
  };
  const auto last = [&] { return events::ReadLog(*database_, 0, 1000)->back(); };
  EXPECT_EQ(announcements(1, "first"), 1u);
  EXPECT_EQ(last().user_changed().user_id(), 50) << "on no page yet: nobody drops anything";
  EXPECT_EQ(announcements(3, "third"), 1u);
  EXPECT_EQ(last().everything_changed().user_id(), 50);
  EXPECT_EQ(announcements(3, "third"), 0u);
  EXPECT_EQ(announcements(2, "second"), 0u) << "older";
  EXPECT_EQ(announcements(4, "third"), 0u) << "looks the same";
}

TEST_P(ForumEventsTest, ChangesAreAnnouncedInTheirTransaction) {
  const v1::Category category = Category("A");
  const v1::Topic topic = Topic(ann_, category, "Topic", {"tag"});
  const v1::Post reply = Reply(ben_, topic);
  EXPECT_FALSE(TryReply(ben_, topic.id(), "", 0).ok());
  const auto log = events::ReadLog(*database_, 0, 100).value();
  std::vector<std::string> seen;
  for (const events::v1::Event& event : log) {
    if (event.has_category_changed()) seen.push_back("category");
    if (event.has_topic_changed()) {
      seen.push_back("topic");
      EXPECT_EQ(event.topic_changed().category_id(), category.id());
      EXPECT_THAT(event.topic_changed().tags(), ElementsAre("tag"));
      EXPECT_TRUE(event.topic_changed().visible());
    }
    if (event.has_post_changed())
      seen.push_back("post " + std::to_string(event.post_changed().number()));
  }
  EXPECT_THAT(seen, ElementsAre("category", "topic", "post 1", "post 2"));
  EXPECT_EQ(log.back().post_changed().post_id(), reply.id());
}

}  // namespace
}  // namespace forium::forum
