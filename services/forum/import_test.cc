// SPDX-License-Identifier: Apache-2.0
#include "services/forum/import.h"

#include "gmock/gmock.h"
#include "services/forum/testing/forum_fixture.h"

namespace forium::forum {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ImportTest : public ForumFixture {
 protected:
  static v1::ImportedPost* AddPost(v1::ImportedTopic& topic, int64_t source_id, int32_t number,
                                   int64_t author, const std::string& raw) {
    v1::ImportedPost* post = topic.add_posts();
    post->set_source_id(source_id);
    post->set_number(number);
    post->mutable_author()->set_id(author);
    post->mutable_author()->set_username("user" + std::to_string(author));
    post->set_raw(raw);
    post->mutable_created_at()->set_seconds(1'500'000'000 + number);
    return post;
  }

  // A topic of five posts, one number missing.
  static v1::ImportRequest Sample() {
    v1::ImportRequest request;
    request.set_source("discourse");
    v1::ImportedCategory& category = *request.add_categories();
    category.set_source_id(7);
    category.set_name("Support");
    category.set_slug("support");
    category.set_color("0088CC");
    v1::ImportedTopic& topic = *request.add_topics();
    topic.set_source_id(400);
    topic.set_title("How do I\tdo this?");
    topic.set_slug("how-do-i");
    topic.set_category_source_id(7);
    topic.add_tags("Help Wanted");
    topic.set_views(123);
    topic.set_closed(true);
    topic.mutable_created_at()->set_seconds(1'500'000'001);
    AddPost(topic, 1001, 1, 501, "The *question*")->set_likes(3);
    v1::ImportedPost* answer = AddPost(topic, 1002, 2, 502, "The answer");
    answer->set_reply_to(1);
    answer->set_likes(2);
    answer->set_accepted(true);
    v1::ImportedPost* html = AddPost(topic, 1004, 4, 501, "");
    html->set_cooked("<p>Thanks &amp; <b onclick='x()'>bye</b><script>evil()</script></p>");
    html->set_reply_to(3);
    v1::ImportedPost* action = AddPost(topic, 1005, 5, 503, "");
    action->set_kind(v1::Post::SMALL_ACTION);
    action->set_action("closed");
    AddPost(topic, 1006, 6, 504, "hidden words")->set_hidden(true);
    return request;
  }
};
FORIUM_ON_EVERY_ENGINE(ImportTest);

TEST_P(ImportTest, TopicComesOverWhole) {
  const v1::ImportResponse response = Import(As(system_), Sample()).value();
  EXPECT_EQ(response.topics_created(), 1);
  EXPECT_EQ(response.posts_created(), 5);
  EXPECT_EQ(response.topics_present(), 0);

  const v1::Topic topic = Page(nobody_, 400).value();  // its id was free
  EXPECT_EQ(topic.title(), "How do I do this?");
  EXPECT_EQ(topic.slug(), "how-do-i");
  EXPECT_EQ(topic.category().name(), "Support");
  EXPECT_THAT(topic.tags(), ElementsAre("help-wanted"));
  EXPECT_EQ(topic.views_count(), 123);
  EXPECT_EQ(topic.likes_count(), 5);
  EXPECT_EQ(topic.posts_count(), 3);
  EXPECT_EQ(topic.participants_count(), 2);
  EXPECT_EQ(topic.last_post_number(), 6);
  EXPECT_EQ(topic.accepted_post_number(), 2);
  EXPECT_TRUE(topic.closed());
  ASSERT_EQ(topic.posts_size(), 5);
  EXPECT_EQ(topic.posts(0).id(), 1001);
  EXPECT_EQ(topic.posts(0).html(), "<p>The <em>question</em></p>\n");
  EXPECT_EQ(topic.posts(0).replies_count(), 1);
  EXPECT_EQ(topic.posts(1).reply_to_author_id(), 501);
  EXPECT_TRUE(topic.posts(1).accepted());
  EXPECT_EQ(topic.posts(2).number(), 4);
  EXPECT_THAT(topic.posts(2).html(), HasSubstr("Thanks &amp; "));
  EXPECT_THAT(topic.posts(2).html(), ::testing::Not(HasSubstr("script")));
  EXPECT_THAT(topic.posts(2).html(), ::testing::Not(HasSubstr("onclick")));
  EXPECT_EQ(topic.posts(3).action(), "closed");
  EXPECT_EQ(topic.posts(4).html(), "");
  EXPECT_EQ(topic.posts(4).state(), v1::HIDDEN);
  ExpectExactCounters();
}

TEST_P(ImportTest, ReplacesTheCategoryOfANewCommunity) {
  ASSERT_TRUE(MakeFirstCategory(*database_).ok());
  ASSERT_TRUE(Import(As(system_), Sample()).ok());
  const auto list = Parsed<v1::ListCategoriesResponse>(ListCategories(As(nobody_), {})).value();
  ASSERT_EQ(list.categories_size(), 1);
  EXPECT_EQ(list.categories(0).name(), "Support");
}

TEST_P(ImportTest, AgainChangesNothing) {
  ASSERT_TRUE(Import(As(system_), Sample()).ok());
  const std::string before = Page(mod_, 400).value().DebugString();
  const v1::ImportResponse again = Import(As(system_), Sample()).value();
  EXPECT_EQ(again.topics_created(), 0);
  EXPECT_EQ(again.topics_present(), 1);
  EXPECT_EQ(Page(mod_, 400).value().DebugString(), before);
  ExpectExactCounters();
}

TEST_P(ImportTest, TakenIdsAreMapped) {
  const v1::Category category = Category("General");
  const v1::Topic mine = Topic(ann_, category, "Mine");
  v1::ImportRequest request = Sample();
  request.mutable_topics(0)->set_source_id(mine.id());
  request.mutable_topics(0)->mutable_posts(0)->set_source_id(mine.posts(0).id());
  request.mutable_categories(0)->set_source_id(category.id());
  request.mutable_topics(0)->set_category_source_id(category.id());
  ASSERT_TRUE(Import(As(system_), request).ok());
  EXPECT_EQ(Page(nobody_, mine.id()).value().title(), "Mine");
  v1::ResolveOldIdRequest old;
  old.set_source("discourse");
  old.set_kind("post");
  old.set_source_id(1002);
  const std::string path = ResolveOldId(As(nobody_), old).value().path();
  EXPECT_THAT(path, ::testing::MatchesRegex("/t/how-do-i/[0-9]+/2"));
  EXPECT_NE(path, "/t/how-do-i/" + std::to_string(mine.id()) + "/2");
  old.set_kind("category");
  old.set_source_id(category.id());
  EXPECT_EQ(ResolveOldId(As(nobody_), old).value().path(), "/c/support");
  old.set_source_id(4711);
  EXPECT_EQ(ReasonIn(ResolveOldId(As(nobody_), old).status()), Reason::NOT_FOUND);
  // What is written now gets ids past the imported ones.
  EXPECT_GT(Topic(ann_, category, "Later").posts(0).id(), 1006);
  ExpectExactCounters();
}

TEST_P(ImportTest, EditingAnHtmlPostBeginsFromItsText) {
  ASSERT_TRUE(Import(As(system_), Sample()).ok());
  v1::GetPostRequest request;
  request.set_id(1004);
  EXPECT_THAT(GetPost(As(mod_), request).value().raw(), HasSubstr("Thanks & bye"));
}

TEST_P(ImportTest, CheckerKeepsImportedLikesAndMendsTheRest) {
  ASSERT_TRUE(Import(As(system_), Sample()).ok());
  v1::PutReactionRequest like;
  like.set_post_id(1001);
  like.set_kind("like");
  EXPECT_EQ(PutReaction(As(ann_), like).value().likes_count(), 4);
  ExpectExactCounters();
  static constexpr database::Statement kSpoil{
      "spoil", "UPDATE topics SET posts_count = 99, likes_count = 0"};
  ASSERT_TRUE(
      database_->Write([](database::Transaction& tx) { return tx.Execute(kSpoil).status(); }).ok());
  v1::CheckCountersRequest request;
  v1::CheckCountersResponse checked = CheckCounters(As(admin_), request).value();
  EXPECT_THAT(checked.differences(),
              ::testing::Contains("topics 400 posts_count is 99, counted 3"));
  EXPECT_FALSE(checked.repaired());
  request.set_repair(true);
  EXPECT_TRUE(CheckCounters(As(admin_), request).value().repaired());
  EXPECT_EQ(Page(nobody_, 400).value().likes_count(), 6);
  ExpectExactCounters();
}

}  // namespace
}  // namespace forium::forum
