// SPDX-License-Identifier: Apache-2.0
// 2,000 random queries by six readers: nothing that is told goes beyond what a plain walk over the
// documents says that they may read.
#include <map>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "services/search/queries/facets.h"
#include "services/search/queries/finder_fixture.h"
#include "services/search/words/words.h"

namespace forium::search {
namespace {

constexpr int kCategories = 6;
constexpr int kTopics = 160;
constexpr int kQueries = 2000;

struct Document {
  int64_t id, topic_id, number, author_id;
  std::string text;
  bool visible;
};
struct Topic {
  int64_t id, category_id;
  std::string title;
  std::vector<std::string> tags;
  bool visible;
};

// When words were sealed: never, before some posts were hidden, or at last.
enum class Sealed { kNever, kBefore, kLast };

// Each word has a level: 0 to 3 in what readers of that level may see; 4 only in what nobody may.
class PermissionTest : public FinderTest, public testing::WithParamInterface<Sealed> {
 protected:
  PermissionTest() {
    PutDocuments documents;
    for (int i = 1; i <= kCategories; ++i) {
      documents.categories.push_back(
          CategoryOf(i, Name("section", LevelOf(i), i), static_cast<type::v1::Role>(LevelOf(i))));
    }
    for (int i = 1; i <= 8; ++i) documents.users.push_back(UserOf(i, absl::StrCat("writer", i)));
    for (int i = 1; i <= kTopics; ++i) AddTopic(i, &documents);
    index_.Put(documents);
    if (GetParam() == Sealed::kBefore) index_.Seal();
    PutDocuments changes;
    for (Document& document : documents_) {
      if (document.id % 11 != 0) continue;
      document.visible = false;
      changes.posts.push_back(GonePostOf(document.id, document.topic_id));
    }
    index_.Put(changes);
    if (GetParam() == Sealed::kLast) index_.Seal();
  }

  static int64_t LevelOf(int64_t category) { return category <= 3 ? 0 : category - 3; }

  static std::string Name(std::string_view kind, int64_t level, int64_t i) {
    static constexpr std::string_view kLetters = "abcdefghijklmnop";
    std::string name(kind);
    for (const int64_t n : {level, i / 16, i % 16}) name += kLetters[static_cast<size_t>(n)];
    return name;
  }

  std::string Word(int64_t level) {
    // Words of everybody, and such that only stand in what has this level.
    if (random_() % 2 == 0) return Name("shared", 0, static_cast<int64_t>(random_() % 60));
    return Name("closed", level, static_cast<int64_t>(random_() % 60));
  }

  void AddTopic(int64_t id, PutDocuments* documents) {
    Topic topic = {id, static_cast<int64_t>(random_() % kCategories) + 1, "", {}, id % 9 != 0};
    const int64_t level = topic.visible ? LevelOf(topic.category_id) : 4;
    topic.title = absl::StrCat(Word(level), " ", Word(level), " ", Word(level));
    topic.tags = {Name("tag", level, static_cast<int64_t>(random_() % 4))};
    auto document = TopicOf(id, topic.category_id, topic.title, {topic.tags[0]});
    document.set_visible(topic.visible);
    if (id % 5 == 0) document.set_accepted_post_number(1);
    documents->topics.push_back(document);
    for (int64_t number = 1; number <= 1 + static_cast<int64_t>(random_() % 4); ++number) {
      Document post = {
          id * 10 + number, id, number, static_cast<int64_t>(random_() % 8) + 1, "", true};
      const int64_t words_level = post.id % 11 == 0 ? 4 : level;
      for (int i = 0; i < 12; ++i) absl::StrAppend(&post.text, Word(words_level), " ");
      auto put = PostOf(post.id, id, static_cast<int32_t>(number), post.text, post.author_id);
      put.set_likes_count(static_cast<int32_t>(random_() % 5));
      documents->posts.push_back(put);
      documents_.push_back(std::move(post));
    }
    topics_[id] = std::move(topic);
  }

  bool MayRead(const Reader& reader, const Topic& topic) const {
    return topic.visible && LevelOf(topic.category_id) <= reader.level;
  }

  // All words, tags and slugs of what the reader may read.
  struct Readable {
    std::set<int64_t> posts, topics;
    std::set<std::string> words, tags, categories;
    std::map<std::string, int> topics_of_tag, topics_of_category;
  };
  Readable ReadableBy(const Reader& reader) const {
    Readable readable;
    Words words;
    for (int i = 1; i <= kCategories; ++i) {
      if (LevelOf(i) <= reader.level) readable.categories.insert(Name("section", LevelOf(i), i));
    }
    for (const Document& post : documents_) {
      const Topic& topic = topics_.at(post.topic_id);
      if (!post.visible || !MayRead(reader, topic)) continue;
      readable.posts.insert(post.id);
      for (const std::string& text : {post.text, topic.title}) {
        Words words;
        words.Split(text, Language::kNone,
                    [&](const Token& token) { readable.words.insert(std::string(token.text)); });
      }
      if (!readable.topics.insert(topic.id).second) continue;
      readable.tags.insert(topic.tags[0]);
      ++readable.topics_of_tag[topic.tags[0]];
      ++readable.topics_of_category[Name("section", LevelOf(topic.category_id), topic.category_id)];
    }
    return readable;
  }

  std::string AnyWord() {
    std::string word = Word(static_cast<int64_t>(random_() % 5));
    switch (random_() % 6) {
      case 0:
        word[random_() % word.size()] = static_cast<char>('a' + random_() % 26);
        return word;
      case 1:
        return word.substr(0, 1 + random_() % word.size());
      default:
        return word;
    }
  }

  std::string AnyQuery() {
    std::string q;
    for (size_t n = 1 + random_() % 4; n > 0; --n) {
      const int64_t level = static_cast<int64_t>(random_() % 5);
      switch (random_() % 16) {
        case 0:
          absl::StrAppend(&q, "tag:", Name("tag", level, static_cast<int64_t>(random_() % 4)));
          break;
        case 1:
          absl::StrAppend(&q, "category:", AnyCategory());
          break;
        case 2:
          absl::StrAppend(&q, "@writer", random_() % 9);
          break;
        case 3:
          absl::StrAppend(&q, "topic:", random_() % kTopics);
          break;
        case 4:
          absl::StrAppend(&q, "\"", AnyWord(), " ", AnyWord(), "\"");
          break;
        case 5:
          absl::StrAppend(&q, "-", AnyWord());
          break;
        case 6:
          q += kOperators[random_() % kOperators.size()];
          break;
        default:
          q += AnyWord();
      }
      if (n > 1 || random_() % 2 == 0) q += ' ';
    }
    return q;
  }

  std::string AnyCategory() {
    const int64_t i = static_cast<int64_t>(random_() % kCategories) + 1;
    return Name("section", LevelOf(i), i);
  }

  void ExpectWithin(const v1::SearchResponse& found, const Readable& may, const std::string& q) {
    for (const v1::Result& result : found.results()) {
      EXPECT_TRUE(may.posts.contains(result.post_id())) << q;
      EXPECT_TRUE(may.topics.contains(result.topic_id())) << q;
    }
    const bool by_post = q.find("topic:") != std::string::npos;
    EXPECT_LE(found.total(), static_cast<int>((by_post ? may.posts : may.topics).size())) << q;
    for (const v1::Facet& facet : found.facets().categories()) {
      const auto most = may.topics_of_category.find(facet.value());
      ASSERT_TRUE(most != may.topics_of_category.end()) << q << " " << facet.value();
      EXPECT_LE(facet.topics(), most->second) << q;
    }
    for (const v1::Facet& facet : found.facets().tags()) {
      const auto most = may.topics_of_tag.find(facet.value());
      ASSERT_TRUE(most != may.topics_of_tag.end()) << q << " " << facet.value();
      EXPECT_LE(facet.topics(), most->second) << q;
    }
    for (const v1::Correction& one : found.interpretation().corrections()) {
      EXPECT_TRUE(may.words.contains(one.used())) << q << " → " << one.used();
    }
  }

  void ExpectWithin(const v1::SuggestResponse& found, const Readable& may, const std::string& q) {
    for (const v1::TopicSuggestion& topic : found.topics()) {
      EXPECT_TRUE(may.topics.contains(topic.topic_id())) << q;
    }
    for (const v1::NamedSuggestion& one : found.categories()) {
      EXPECT_TRUE(may.categories.contains(one.slug())) << q;
    }
    for (const v1::NamedSuggestion& one : found.tags()) {
      EXPECT_TRUE(may.tags.contains(one.slug())) << q;
    }
    for (const std::string& word : found.completions()) {
      EXPECT_TRUE(may.words.contains(word)) << q << " → " << word;
    }
  }

  static constexpr std::array<std::string_view, 8> kOperators = {
      "in:title", "in:first",     "is:solved",    "is:open",
      "has:code", "order:latest", "order:oldest", "order:likes"};
  std::mt19937 random_{11};
  std::map<int64_t, Topic> topics_;
  std::vector<Document> documents_;
};

// Anonymous; a member; one who wrote hidden things; a moderator; an administrator; somebody
// suspended, who reads as a member.
constexpr std::array<Reader, 6> kReaders = {Reader{0, 0}, Reader{5, 1}, Reader{1, 1},
                                            Reader{2, 2}, Reader{3, 3}, Reader{4, 1}};

TEST_P(PermissionTest, NothingBeyondWhatMayBeRead) {
  kept_ = index_.Read();
  std::vector<Readable> may;
  for (const Reader& reader : kReaders) may.push_back(ReadableBy(reader));
  ASSERT_LT(may[0].posts.size(), may[1].posts.size());
  ASSERT_LT(may[1].posts.size(), may[3].posts.size());
  ASSERT_LT(may[3].words.size(), may[4].words.size());
  int64_t results = 0;
  int64_t corrections = 0;
  int64_t suggestions = 0;
  for (int i = 0; i < kQueries; ++i) {
    const std::string q = AnyQuery();
    v1::ListSimilarTopicsRequest similar;
    similar.set_topic_id(static_cast<int64_t>(random_() % kTopics) + 1);
    for (size_t reader = 0; reader < kReaders.size(); ++reader) {
      const v1::SearchResponse found = Find(q, kReaders[reader]);
      ExpectWithin(found, may[reader], q);
      results += found.results_size();
      corrections += found.interpretation().corrections_size();
      const v1::SuggestResponse suggested = SuggestFor(q, kReaders[reader]);
      ExpectWithin(suggested, may[reader], q);
      suggestions += suggested.completions_size() + suggested.topics_size();
      if (i % 10 != 0) continue;
      const auto near = ListSimilarTopics(Now(), kReaders[reader], similar);
      EXPECT_EQ(near.ok(), may[reader].topics.contains(similar.topic_id()) ||
                               MayRead(kReaders[reader], topics_.at(similar.topic_id())));
      if (!near.ok()) continue;
      for (const v1::TopicSuggestion& topic : near->topics()) {
        EXPECT_TRUE(may[reader].topics.contains(topic.topic_id()));
      }
    }
    if (HasFailure()) break;
  }
  // That nothing is told would prove nothing.
  EXPECT_GT(results, kQueries);
  EXPECT_GT(corrections, kQueries / 20);
  EXPECT_GT(suggestions, kQueries);
}

// All that somebody may read, and that a plain search would find, is found.
TEST_P(PermissionTest, AllThatMayBeReadIsFound) {
  kept_ = index_.Read();
  for (const Reader& reader : kReaders) {
    for (int64_t i = 0; i < 60; ++i) {
      const std::string word = Name("shared", 0, i);
      std::set<int64_t> expected;
      for (const Document& post : documents_) {
        const Topic& topic = topics_.at(post.topic_id);
        if (post.visible && MayRead(reader, topic) &&
            absl::StrCat(" ", topic.title, " ", post.text).find(" " + word + " ") !=
                std::string::npos) {
          expected.insert(topic.id);
        }
      }
      const v1::SearchResponse found = Find(absl::StrCat("\"", word, "\""), reader, 50);
      EXPECT_EQ(found.total(), static_cast<int>(expected.size())) << word;
    }
  }
}

TEST_P(PermissionTest, WhatBecomesPrivateIsGoneAtOnce) {
  const std::string q = "category:" + Name("section", 0, 1);
  EXPECT_GT(Find(q).total(), 0);
  index_.Put(
      {.categories = {CategoryOf(1, Name("section", 0, 1), static_cast<type::v1::Role>(2))}});
  const v1::SearchResponse found = Find(q);
  EXPECT_EQ(found.total(), 0);
  EXPECT_EQ(found.interpretation().problems(0).kind(), v1::Problem::UNKNOWN_VALUE);
  EXPECT_GT(Find(q, kAdministrator).total(), 0);
}

INSTANTIATE_TEST_SUITE_P(WhereverWordsStand, PermissionTest,
                         testing::Values(Sealed::kNever, Sealed::kBefore, Sealed::kLast));

}  // namespace
}  // namespace forium::search
