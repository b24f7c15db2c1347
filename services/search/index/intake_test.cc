// SPDX-License-Identifier: Apache-2.0
// What becomes of documents in an index's file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/search/index/marks.h"
#include "services/search/index/testing/filled_index.h"
#include "services/search/index/testing/store_dump.h"

namespace forium::search {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class IntakeTest : public ::testing::Test {
 protected:
  IntakeTest() {
    index_.Put({.categories = {CategoryOf(1, "general"), CategoryOf(2, "staff")},
                .users = {UserOf(1, "anna", "Änna Öl"), UserOf(2, "bert")},
                .topics = {TopicOf(7, 1, "Mounting a filter", {"pump", "c++"})},
                .posts = {PostOf(70, 7, 1, "It goes into the tube."),
                          PostOf(71, 7, 2, "Thanks, the tube it was.", 2)}});
  }
  std::vector<std::string> Dump() { return DumpOf(index_.Read()); }
  std::vector<int64_t> With(std::string_view word) { return PostsWith(index_.Read(), word); }
  std::vector<int64_t> Marked(const std::string& mark) { return PostsMarked(index_.Read(), mark); }
  // Words, rows and counts agree with those of an index that never knew anything else.
  void ExpectSameAs(FilledIndex& other) {
    EXPECT_EQ(Dump(), DumpOf(other.Read()));
    EXPECT_TRUE(index_.file().CheckWords().ok());
  }

  FilledIndex index_;
};

TEST_F(IntakeTest, WordsOfTitleAndBodyAreFound) {
  EXPECT_THAT(With("tube"), ElementsAre(70, 71));
  EXPECT_THAT(With("thanks"), ElementsAre(71));
  EXPECT_THAT(With("filter"), ElementsAre(70, 71));
  EXPECT_THAT(With("pump"), IsEmpty());
}

TEST_F(IntakeTest, MarksAreFoundAndAreNoWords) {
  EXPECT_THAT(Marked(CategoryMark(1)), ElementsAre(70, 71));
  EXPECT_THAT(Marked(TopicMark(7)), ElementsAre(70, 71));
  EXPECT_THAT(Marked(AuthorMark(2)), ElementsAre(71));
  EXPECT_THAT(Marked(TagMark("c++")), ElementsAre(70, 71));
  EXPECT_THAT(Marked(std::string(kFirstMark)), ElementsAre(70));
  EXPECT_THAT(Marked("y2024"), ElementsAre(70, 71));
  EXPECT_THAT(Marked("m2024-01"), ElementsAre(70, 71));
  EXPECT_THAT(Marked(CategoryMark(2)), IsEmpty());
  EXPECT_THAT(With("c1"), IsEmpty());
}

TEST_F(IntakeTest, RowsHaveWhatTheDocumentsSay) {
  EXPECT_THAT(Dump(), Contains("user|1|anna|Änna Öl|anna anna ol|1|1|0"));
  EXPECT_THAT(Dump(), Contains("category|2|staff|staff|0"));
  EXPECT_THAT(Dump(), Contains("word|tube|2"));
  EXPECT_THAT(Dump(), Contains("word|filter|2"));
  EXPECT_THAT(Dump(), Contains("posts|2"));
  EXPECT_THAT(Dump(), Contains("topics|1"));
}

TEST_F(IntakeTest, ANewTitleIsFoundWithEachPostAndTheOldOneIsNot) {
  index_.Put({.topics = {TopicOf(7, 1, "Cleaning a pipe", {"pump", "c++"})}});
  EXPECT_THAT(With("pipe"), ElementsAre(70, 71));
  EXPECT_THAT(With("filter"), IsEmpty());
  EXPECT_THAT(With("=filter"), IsEmpty());
  EXPECT_THAT(With("tube"), ElementsAre(70, 71));
  EXPECT_THAT(Dump(), Not(Contains(HasSubstr("word|filter"))));
}

TEST_F(IntakeTest, AnotherCategoryAndOtherTagsChangeTheMarks) {
  index_.Put({.topics = {TopicOf(7, 2, "Mounting a filter", {"valve"})}});
  EXPECT_THAT(Marked(CategoryMark(1)), IsEmpty());
  EXPECT_THAT(Marked(CategoryMark(2)), ElementsAre(70, 71));
  EXPECT_THAT(Marked(TagMark("pump")), IsEmpty());
  EXPECT_THAT(Marked(TagMark("valve")), ElementsAre(70, 71));
}

TEST_F(IntakeTest, ADeletedPostLeavesNothing) {
  index_.Put({.posts = {GonePostOf(71, 7)}});
  EXPECT_THAT(With("thanks"), IsEmpty());
  EXPECT_THAT(With("tube"), ElementsAre(70));
  EXPECT_THAT(With("filter"), ElementsAre(70));
  EXPECT_THAT(Marked(AuthorMark(2)), IsEmpty());
  EXPECT_THAT(Dump(), Not(Contains(HasSubstr("hanks"))));
  EXPECT_THAT(Dump(), Contains("user|2|bert||bert|1|0|0"));
  index_.Put({.posts = {GonePostOf(71, 7), GonePostOf(999, 7), GonePostOf(1000, 999)}});
  EXPECT_THAT(Dump(), Contains("posts|1"));
}

TEST_F(IntakeTest, AnEditedPostIsFoundByItsNewWordsOnly) {
  index_.Put({.posts = {PostOf(70, 7, 1, "It goes into the hose.")}});
  EXPECT_THAT(With("hose"), ElementsAre(70));
  EXPECT_THAT(With("tube"), ElementsAre(71));
  EXPECT_TRUE(index_.file().CheckWords().ok());
}

TEST_F(IntakeTest, LikesAreCountedForTheAuthor) {
  auto liked = PostOf(71, 7, 2, "Thanks, the tube it was.", 2);
  liked.set_likes_count(3);
  index_.Put({.posts = {liked}});
  index_.Put({.posts = {liked}});
  EXPECT_THAT(Dump(), Contains("user|2|bert||bert|1|1|3"));
  liked.set_likes_count(2);
  index_.Put({.posts = {liked}});
  EXPECT_THAT(Dump(), Contains("user|2|bert||bert|1|1|2"));
}

TEST_F(IntakeTest, OnlyWhatEverybodyReadsIsCountedForTheAuthor) {
  auto staff = CategoryOf(2, "staff");
  staff.set_read_role(type::v1::MODERATOR_ROLE);
  index_.Put({.categories = {staff},
              .topics = {TopicOf(8, 2, "Among ourselves", {})},
              .posts = {PostOf(80, 8, 1, "About the tube.", 2)}});
  EXPECT_THAT(Dump(), Contains("user|2|bert||bert|1|1|0"));
  // Moved into sight, and back.
  index_.Put({.topics = {TopicOf(8, 1, "Among ourselves", {})}});
  EXPECT_THAT(Dump(), Contains("user|2|bert||bert|1|2|0"));
  index_.Put({.topics = {TopicOf(8, 2, "Among ourselves", {})}});
  EXPECT_THAT(Dump(), Contains("user|2|bert||bert|1|1|0"));
  // The category itself.
  index_.Put({.categories = {CategoryOf(2, "staff")}});
  EXPECT_THAT(Dump(), Contains("user|2|bert||bert|1|2|0"));
  index_.Put({.categories = {staff}});
  EXPECT_THAT(Dump(), Contains("user|2|bert||bert|1|1|0"));
}

TEST_F(IntakeTest, PostsOfAHiddenTopicCountForNobody) {
  auto liked = PostOf(71, 7, 2, "Thanks, the tube it was.", 2);
  liked.set_likes_count(3);
  index_.Put({.posts = {liked}});
  EXPECT_THAT(Dump(), Contains("user|2|bert||bert|1|1|3"));
  forum::v1::TopicDocument hidden;
  hidden.set_id(7);
  index_.Put({.topics = {hidden}});
  EXPECT_THAT(Dump(), Contains("user|1|anna|Änna Öl|anna anna ol|1|0|0"));
  EXPECT_THAT(Dump(), Contains("user|2|bert||bert|1|0|0"));
  // Nor what is written, liked and deleted there meanwhile.
  liked.set_likes_count(5);
  index_.Put({.posts = {liked, PostOf(72, 7, 3, "And another.", 2), GonePostOf(70, 7)}});
  EXPECT_THAT(Dump(), Contains("user|2|bert||bert|1|0|0"));
  index_.Seal();
  EXPECT_THAT(Dump(), Contains("user|2|bert||bert|1|0|0"));
  index_.Put({.topics = {TopicOf(7, 1, "Mounting a filter", {"pump", "c++"})}});
  EXPECT_THAT(Dump(), Contains("user|1|anna|Änna Öl|anna anna ol|1|0|0"));
  EXPECT_THAT(Dump(), Contains("user|2|bert||bert|1|2|5"));
}

TEST_F(IntakeTest, AHiddenTopicKeepsItsPostsAndComesBack) {
  forum::v1::TopicDocument hidden;
  hidden.set_id(7);
  const std::vector<std::string> before = Dump();
  index_.Put({.topics = {hidden}});
  EXPECT_THAT(Dump(), Contains("topics|0"));
  EXPECT_THAT(With("tube"), ElementsAre(70, 71));
  index_.Put({.topics = {TopicOf(7, 1, "Mounting a filter", {"pump", "c++"})}});
  EXPECT_EQ(Dump(), before);
}

TEST_F(IntakeTest, AMovedPostHasTheOtherTopicsTitle) {
  index_.Put({.topics = {TopicOf(8, 2, "Hoses")}, .posts = {PostOf(71, 8, 1, "Tubes.", 2)}});
  EXPECT_THAT(With("filter"), ElementsAre(70));
  EXPECT_THAT(With("hoses"), ElementsAre(71));
  EXPECT_THAT(Marked(TopicMark(7)), ElementsAre(70));
  EXPECT_TRUE(index_.file().CheckWords().ok());
}

TEST_F(IntakeTest, APostWithoutATopicIsSkipped) {
  index_.Put({.posts = {PostOf(90, 9, 1, "Nowhere.")}});
  EXPECT_THAT(With("nowhere"), IsEmpty());
  EXPECT_THAT(Dump(), Contains("posts|2"));
}

TEST_F(IntakeTest, AnErasedUserKeepsThePostsWithoutTheName) {
  forum::v1::UserDocument erased;
  erased.set_id(2);
  erased.set_erased(true);
  index_.Put({.users = {erased}});
  EXPECT_THAT(Dump(), Contains("user|2||||0|1|0"));
  EXPECT_THAT(Dump(), Not(Contains(HasSubstr("bert"))));
}

TEST_F(IntakeTest, AnAuthorWhoComesLaterHasTheCounts) {
  index_.Put({.posts = {PostOf(72, 7, 3, "Late.", 5)}});
  index_.Put({.users = {UserOf(5, "carl")}});
  EXPECT_THAT(Dump(), Contains("user|5|carl||carl|1|1|0"));
}

TEST_F(IntakeTest, WhatHappenedBetweenDoesNotShow) {
  index_.Put({.topics = {TopicOf(8, 1, "Das Öl und der Filter")},
              .posts = {PostOf(80, 8, 1, "Wo ist das Öl, und wer hat den Filter?"),
                        PostOf(72, 7, 3, "A third one with `std::vector`.")}});
  index_.Put({.topics = {TopicOf(7, 2, "Something else")}, .posts = {GonePostOf(70, 7)}});
  index_.Put({.topics = {TopicOf(7, 1, "Mounting a filter", {"pump", "c++"})},
              .posts = {PostOf(70, 7, 1, "It goes into the tube."), GonePostOf(72, 7),
                        GonePostOf(80, 8)}});
  FilledIndex other;
  other.Put({.categories = {CategoryOf(1, "general"), CategoryOf(2, "staff")},
             .users = {UserOf(1, "anna", "Änna Öl"), UserOf(2, "bert")},
             .topics = {TopicOf(8, 1, "Das Öl und der Filter"),
                        TopicOf(7, 1, "Mounting a filter", {"pump", "c++"})},
             .posts = {PostOf(70, 7, 1, "It goes into the tube."),
                       PostOf(71, 7, 2, "Thanks, the tube it was.", 2)}});
  ExpectSameAs(other);
}

TEST_F(IntakeTest, WhatIsSealedIsFoundAsBefore) {
  const std::vector<std::string> before = Dump();
  index_.Seal();
  EXPECT_EQ(index_.file().numbers().sealed, 2);
  EXPECT_EQ(index_.file().numbers().loose, 0);
  EXPECT_EQ(Dump(), before);
}

TEST_F(IntakeTest, ChangesOfWordsUnsealPostsAndOthersDoNot) {
  index_.Seal();
  auto liked = PostOf(71, 7, 2, "Thanks, the tube it was.", 2);
  liked.set_likes_count(3);
  auto closed = TopicOf(7, 1, "Mounting a filter", {"pump", "c++"});
  closed.set_closed(true);
  index_.Put({.topics = {closed}, .posts = {liked}});
  EXPECT_EQ(index_.file().numbers().unsealed, 0);
  index_.Put({.posts = {PostOf(70, 7, 1, "It goes into the hose.")}});
  EXPECT_EQ(index_.file().numbers().unsealed, 1);
  EXPECT_EQ(index_.file().numbers().loose, 1);
  EXPECT_THAT(With("tube"), ElementsAre(71));
  EXPECT_THAT(With("hose"), ElementsAre(70));
  // Again: it is not sealed any more.
  index_.Put({.posts = {PostOf(70, 7, 1, "It goes into the tube."), GonePostOf(71, 7)}});
  EXPECT_EQ(index_.file().numbers().unsealed, 2);
  EXPECT_EQ(index_.file().numbers().loose, 1);
  EXPECT_THAT(With("tube"), ElementsAre(70));
  EXPECT_THAT(With("hose"), IsEmpty());
}

TEST_F(IntakeTest, APostThatComesBackIsFoundOnce) {
  index_.Seal();
  const std::vector<std::string> before = Dump();
  index_.Put({.posts = {GonePostOf(71, 7)}});
  EXPECT_THAT(With("tube"), ElementsAre(70));
  index_.Put({.posts = {PostOf(71, 7, 2, "Thanks, the tube it was.", 2)}});
  EXPECT_EQ(Dump(), before);
}

TEST_F(IntakeTest, APostThatWasNotThereWhenItWasBuiltIsFound) {
  index_.Put({.posts = {GonePostOf(70, 7)}});
  index_.Seal();
  index_.Put({.posts = {PostOf(70, 7, 1, "It goes into the hose."), PostOf(5, 7, 3, "A hose.")}});
  EXPECT_THAT(With("hose"), ElementsAre(5, 70));
  EXPECT_EQ(index_.file().numbers().unsealed, 0);
  index_.Put({.posts = {GonePostOf(70, 7)}});
  EXPECT_THAT(With("hose"), ElementsAre(5));
  EXPECT_EQ(index_.file().numbers().unsealed, 0);
}

TEST_F(IntakeTest, TextsOfSealedPostsStandInTheSegmentAlone) {
  index_.Seal();
  EXPECT_EQ(*index_.file().CheckTexts(0, 1), 0);
  EXPECT_EQ(*index_.Read().segment->TextOf(70), "It goes into the tube.");
  // Of what is loose, in the table.
  index_.Put({.posts = {PostOf(72, 7, 3, "A third one.")}});
  EXPECT_EQ(*index_.file().CheckTexts(0, 1), 72);
}

TEST_F(IntakeTest, TextsComeOutOfTheSegmentWithTheWords) {
  index_.Seal();
  index_.Put({.posts = {PostOf(70, 7, 1, "It goes into the hose.")}});
  EXPECT_THAT(Dump(), Contains(HasSubstr("|It goes into the hose.")));
  EXPECT_EQ(*index_.file().CheckTexts(0, 1), 70);
  EXPECT_EQ(*index_.file().CheckTexts(70, 1), 0);
  // Those of a topic's posts, as they were, when its title is another.
  index_.Put({.topics = {TopicOf(7, 1, "Cleaning a pipe", {"pump", "c++"})}});
  EXPECT_EQ(*index_.file().CheckTexts(70, 1), 71);
  EXPECT_THAT(Dump(), Contains(HasSubstr("|Thanks, the tube it was.")));
  EXPECT_TRUE(index_.file().CheckWords().ok());
}

TEST_F(IntakeTest, ATopicThatIsHiddenAndShownKeepsItsTextsSealed) {
  index_.Seal();
  const std::vector<std::string> before = Dump();
  forum::v1::TopicDocument hidden;
  hidden.set_id(7);
  index_.Put({.topics = {hidden}});
  index_.Put({.topics = {TopicOf(7, 1, "Mounting a filter", {"pump", "c++"})}});
  EXPECT_EQ(Dump(), before);
  EXPECT_EQ(*index_.file().CheckTexts(0, 1), 0);
}

// Pages of a snapshot as they come when something changes meanwhile, or one comes twice.
TEST(FillingTest, PostsAndTopicsThatComeAgainAreAsTheyCameLast) {
  forum::v1::GetSnapshotResponse first, second, third;
  *first.add_categories() = CategoryOf(1, "general");
  *first.add_users() = UserOf(1, "anna");
  *first.add_topics() = TopicOf(7, 1, "Mounting a filter");
  *first.add_posts() = PostOf(70, 7, 1, "It goes into the tube.");
  *first.add_posts() = PostOf(71, 7, 2, "Thanks, " + std::string(300, 'a'));
  *second.add_topics() = TopicOf(7, 1, "Cleaning a pipe");
  *second.add_posts() = PostOf(72, 7, 3, "And another.");
  *third.add_topics() = TopicOf(7, 1, "Cleaning a pipe");
  *third.add_posts() = PostOf(70, 7, 1, "It goes into the hose.");
  *third.add_posts() = PostOf(73, 7, 4, "The last.");

  const auto file = IndexFile::Create("", Language::kEnglish).value();
  for (const auto* page : {&first, &first, &second, &third, &second}) {
    ASSERT_TRUE(file->Fill(Documents(*page)).ok());
  }
  ASSERT_TRUE(file->Complete(1, v1::Index::FIRST).ok());
  EXPECT_EQ(file->numbers().sealed, 4);
  EXPECT_EQ(file->numbers().loose, 2);

  FilledIndex other;
  other.Put({.categories = {CategoryOf(1, "general")},
             .users = {UserOf(1, "anna")},
             .topics = {TopicOf(7, 1, "Cleaning a pipe")},
             .posts = {PostOf(70, 7, 1, "It goes into the hose."), first.posts(1), second.posts(0),
                       third.posts(1)}});
  Snapshot snapshot = other.Read();
  const std::vector<std::string> expected = DumpOf(snapshot);
  snapshot.database = file->database();
  snapshot.segment = file->segment();
  EXPECT_THAT(Differing(DumpOf(snapshot), expected), IsEmpty());
  EXPECT_TRUE(file->CheckWords().ok());
}

// Each of these histories: what is found in the segment and the tables together is what a build
// from nothing finds.
class History : public IntakeTest, public ::testing::WithParamInterface<uint32_t> {
 protected:
  size_t Below(size_t end) { return random_() % end; }
  std::string Text() {
    static constexpr std::string_view kWords[] = {
        "tube",   "filters", "std::vector", "GetComponent", "hose",  "東京都", "running",
        "valves", "Öl",      "leak",        "pressure",     "pumps", "서버를", "C++"};
    std::string text;
    for (size_t i = 1 + Below(8); i > 0; --i) {
      text += std::string(kWords[Below(std::size(kWords))]) + " ";
    }
    return text;
  }
  // Of one language, whatever follows: that of a topic is told once, when it comes.
  std::string Title() { return "Where is the thing that you have with the " + Text(); }
  int64_t SomeTopic() { return 7 + static_cast<int64_t>(Below(5)); }
  forum::v1::TopicDocument Topic() {
    auto topic = TopicOf(SomeTopic(), 1 + static_cast<int64_t>(Below(2)), Title(), {"pump"});
    topic.set_visible(Below(4) > 0);
    return topic;
  }
  forum::v1::PostDocument Post() {
    const auto id = 60 + static_cast<int64_t>(Below(40));
    auto post = PostOf(id, SomeTopic(), Below(3) == 0 ? 1 : 2, Text(), 1 + id % 2);
    post.set_visible(Below(4) > 0);
    post.set_likes_count(static_cast<int64_t>(Below(3)));
    post.set_has_code(Below(2) == 0);
    return post;
  }
  void ChangeSomething() {
    PutDocuments documents;
    for (size_t i = Below(3); i > 0; --i) documents.topics.push_back(Topic());
    for (size_t i = Below(6); i > 0; --i) documents.posts.push_back(Post());
    index_.Put(documents);
  }

  std::mt19937 random_{GetParam()};
};

TEST_P(History, EndsAsIfItHadBeenBuiltThen) {
  for (int64_t id = 8; id < 12; ++id) index_.Put({.topics = {TopicOf(id, 1, Title())}});
  for (int round = 0; round < 4; ++round) {
    for (size_t changes = Below(12); changes > 0; --changes) ChangeSomething();
    const std::vector<std::string> before = Dump();
    EXPECT_TRUE(index_.file().CheckWords().ok());
    index_.Seal();
    EXPECT_THAT(Differing(before, Dump()), IsEmpty());
  }
}

INSTANTIATE_TEST_SUITE_P(Random, History, ::testing::Range(1u, 13u));

// Each of these histories: after each step authors have the numbers that a walk over all documents
// gives.
class AuthorsHistory : public History {
 protected:
  AuthorsHistory() {
    for (int64_t id = 1; id <= 3; ++id) Put({.categories = {CategoryOf(id, Slug(id))}});
    for (int64_t id = 7; id < 12; ++id) Put({.topics = {TopicOf(id, 1, "A thing")}});
    for (int64_t id = 1; id <= 3; ++id) Put({.users = {UserOf(id, Slug(id))}});
  }

  static std::string Slug(int64_t id) { return "name" + std::to_string(id); }

  void Put(const PutDocuments& documents) {
    index_.Put(documents);
    for (const auto& category : documents.categories) categories_[category.id()] = category;
    for (const auto& topic : documents.topics) {
      if (topic.visible()) topics_[topic.id()] = topic;
      topics_[topic.id()].set_visible(topic.visible());
    }
    for (const auto& post : documents.posts) posts_[post.id()] = post;
  }

  // Shown, in some category, or hidden; of the latter some come without anything else.
  forum::v1::TopicDocument SomeChangeOfATopic() {
    forum::v1::TopicDocument topic = topics_.at(SomeTopic());
    topic.set_visible(Below(2) == 0);
    if (!topic.visible()) {
      topic.clear_title();
    } else if (Below(2) == 0) {
      topic.set_category_id(1 + static_cast<int64_t>(Below(3)));
    }
    if (topic.visible() && Below(3) == 0) topic.set_title("Another thing");
    return topic;
  }
  forum::v1::PostDocument SomeChangeOfAPost() {
    forum::v1::PostDocument post = Post();
    post.set_author_id(1 + post.id() % 3);
    return post;
  }
  void Step() {
    PutDocuments documents;
    if (Below(4) == 0) {
      const auto id = 1 + static_cast<int64_t>(Below(3));
      documents.categories = {
          CategoryOf(id, Slug(id), Below(2) == 0 ? type::v1::ANONYMOUS : type::v1::MEMBER_ROLE)};
    }
    for (size_t i = Below(4); i > 0; --i) documents.topics.push_back(SomeChangeOfATopic());
    for (size_t i = Below(4); i > 0; --i) documents.posts.push_back(SomeChangeOfAPost());
    Put(documents);
  }

  std::vector<std::string> Expected() const {
    std::map<int64_t, std::pair<int64_t, int64_t>> numbers;
    for (const auto& [id, post] : posts_) {
      const auto& topic = topics_.at(post.topic_id());
      const bool everybody = categories_.at(topic.category_id()).read_role() == type::v1::ANONYMOUS;
      if (!post.visible() || !topic.visible() || !everybody) continue;
      numbers[post.author_id()].first += 1;
      numbers[post.author_id()].second += post.likes_count();
    }
    std::vector<std::string> lines;
    for (int64_t id = 1; id <= 3; ++id) {
      const auto [posts, likes] = numbers[id];
      lines.push_back("user|" + std::to_string(id) + "|" + Slug(id) + "||" + Slug(id) + "|1|" +
                      std::to_string(posts) + "|" + std::to_string(likes));
    }
    return lines;
  }
  std::vector<std::string> Counted() {
    std::vector<std::string> lines = Dump();
    std::erase_if(lines, [](const std::string& line) { return !line.starts_with("user|"); });
    return lines;
  }

  std::map<int64_t, forum::v1::CategoryDocument> categories_;
  std::map<int64_t, forum::v1::TopicDocument> topics_;
  std::map<int64_t, forum::v1::PostDocument> posts_ = {
      {70, PostOf(70, 7, 1, "It goes into the tube.")},
      {71, PostOf(71, 7, 2, "Thanks, the tube it was.", 2)}};
};

TEST_P(AuthorsHistory, NumbersAreThoseOfAWalkOverEverything) {
  for (int step = 1; step <= 60; ++step) {
    Step();
    ASSERT_EQ(Counted(), Expected()) << "after step " << step;
    if (step % 20 != 0) continue;
    index_.Seal();
    ASSERT_EQ(Counted(), Expected()) << "built anew after step " << step;
  }
}

INSTANTIATE_TEST_SUITE_P(Random, AuthorsHistory, ::testing::Range(1u, 9u));

// What was gathered of the pages before must not be counted once more.
TEST(FillingTest, ACategoryThatChangesMeanwhileLeavesTheNumbersRight) {
  forum::v1::GetSnapshotResponse first, second;
  *first.add_categories() = CategoryOf(1, "general");
  *first.add_categories() = CategoryOf(2, "staff");
  *first.add_users() = UserOf(1, "anna");
  *first.add_topics() = TopicOf(7, 1, "Mounting a filter");
  *first.add_topics() = TopicOf(8, 2, "Among ourselves");
  *first.add_posts() = PostOf(70, 7, 1, "It goes into the tube.");
  *first.add_posts() = PostOf(80, 8, 1, "About the tube.");
  *second.add_categories() = CategoryOf(2, "staff", type::v1::MODERATOR_ROLE);
  *second.add_topics() = TopicOf(7, 1, "Mounting a filter");
  *second.add_posts() = PostOf(81, 7, 2, "Thanks.");

  const auto file = IndexFile::Create("", Language::kEnglish).value();
  ASSERT_TRUE(file->Fill(Documents(first)).ok());
  ASSERT_TRUE(file->Fill(Documents(second)).ok());
  ASSERT_TRUE(file->Complete(1, v1::Index::FIRST).ok());
  Snapshot snapshot;
  snapshot.database = file->database();
  snapshot.segment = file->segment();
  EXPECT_THAT(DumpOf(snapshot), Contains("user|1|anna||anna|1|2|0"));
}

TEST_F(IntakeTest, OddTextsGoInAndOutAgain) {
  const std::vector<std::string> before = Dump();
  const std::string texts[] = {"",
                               std::string("a\0b", 3),
                               "\xff\xfe broken \xc3",
                               std::string(64 << 10, 'x'),
                               "\x1d\x1e\x1f signs",
                               "日本語のテキスト",
                               "0x80070005 foo_bar std::vector /usr/lib/x.so.1"};
  int64_t id = 100;
  std::vector<forum::v1::PostDocument> put, gone;
  for (const std::string& text : texts) {
    put.push_back(PostOf(++id, 7, 3, text));
    gone.push_back(GonePostOf(id, 7));
  }
  index_.Put({.posts = put});
  EXPECT_TRUE(index_.file().CheckWords().ok());
  const std::vector<std::string> with = Dump();
  index_.Seal();
  EXPECT_EQ(Dump(), with);
  index_.Put({.posts = gone});
  EXPECT_EQ(Dump(), before);
  EXPECT_TRUE(index_.file().CheckWords().ok());
}

TEST_F(IntakeTest, ReadersGetVocabularyAndLanguages) {
  const Snapshot snapshot = index_.Read();
  EXPECT_EQ(snapshot.vocabulary->Frequency("tube"), 2);
  EXPECT_EQ(snapshot.vocabulary->Frequency("thanks"), 1);
  EXPECT_EQ(snapshot.vocabulary->posts(), 2);
  EXPECT_THAT(snapshot.languages, ElementsAre(Language::kEnglish));
}

}  // namespace
}  // namespace forium::search
