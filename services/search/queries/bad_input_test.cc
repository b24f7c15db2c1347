// SPDX-License-Identifier: Apache-2.0
// What nobody should type gets a clean and quick answer.
#include <atomic>
#include <ctime>
#include <random>
#include <thread>

#include "services/search/queries/finder_fixture.h"
#include "services/search/queries/query_text.h"

namespace forium::search {
namespace {

class BadInputTest : public FinderTest {
 protected:
  BadInputTest() {
    PutDocuments documents = {.categories = {CategoryOf(1, "general")},
                              .users = {UserOf(1, "jan")}};
    for (int i = 1; i <= 200; ++i) {
      documents.topics.push_back(TopicOf(i, 1, "Words and NEAR numbers " + std::to_string(i)));
      documents.posts.push_back(
          PostOf(i, i, 1, "a b c and or not near title body marks first code c1 NEAR(a b)"));
    }
    index_.Put(documents);
  }

  static bool Valid(std::string_view text) {
    while (!text.empty()) {
      const size_t bytes = CharacterBytes(text);
      if (bytes == 0) return false;
      text.remove_prefix(bytes);
    }
    return true;
  }

  void AskAll(const std::string& q) {
    const v1::SearchResponse found = Find(q);
    EXPECT_LE(found.results_size(), 20);
    for (const std::string& word : found.interpretation().words()) EXPECT_TRUE(Valid(word)) << q;
    for (const v1::Result& result : found.results()) {
      for (const v1::Piece& piece : result.snippet()) EXPECT_TRUE(Valid(piece.text())) << q;
    }
    EXPECT_TRUE(Valid(found.interpretation().suggestion()));
    SuggestFor(q);
    v1::ListSimilarTopicsRequest similar;
    similar.set_title(q);
    similar.set_raw(q);
    EXPECT_TRUE(ListSimilarTopics(Now(), kAnonymous, similar).ok()) << q;
    v1::SearchMembersRequest members;
    members.set_q(q);
    EXPECT_TRUE(SearchMembers(Now(), kAnonymous, members).ok()) << q;
  }
};

TEST_F(BadInputTest, SyntaxOfFullTextSearchIsWords) {
  for (const char* const q : {"NEAR(",
                              "NEAR(a b, 2)",
                              "*",
                              "a*",
                              "^a",
                              "{}",
                              "{title} : a",
                              "title : a",
                              "- title : a",
                              "AND OR NOT",
                              "a AND",
                              "OR",
                              "NOT a",
                              "a + b",
                              "+",
                              "()",
                              ")(",
                              "\"",
                              "\"\"",
                              "\"a",
                              "a\"b\"c",
                              "''",
                              "';--",
                              "marks:c1",
                              "marks : first",
                              "$1",
                              "?1",
                              "%",
                              "\\",
                              "//",
                              ":",
                              "::",
                              "-",
                              "--",
                              "-\"",
                              "-\"\"",
                              "@",
                              "#",
                              "tag:\"",
                              "category:\"a",
                              "before:",
                              "topic:-1",
                              "topic:99999999999999999999",
                              "page_token",
                              "\x1d"
                              "first",
                              "\x1f",
                              "\x1e"
                              "A"}) {
    AskAll(q);
  }
  EXPECT_EQ(Find("zzz OR a").interpretation().words_size(), 3);
}

TEST_F(BadInputTest, ColumnsAndMarksAreNotReached) {
  EXPECT_EQ(Find("c1999").results_size(), 0);
  EXPECT_EQ(Find("y2024").results_size(), 0);
  EXPECT_EQ(Find("u1 ").results_size(), 0);
  EXPECT_EQ(Find("t17 ").results_size(), 0);
}

TEST_F(BadInputTest, HugeQueries) {
  AskAll(std::string(10'000, 'x'));
  AskAll(std::string(10'000, '"'));
  AskAll(std::string(10'000, '-'));
  AskAll(std::string(10'000, '('));
  std::string terms;
  for (int i = 0; i < 10'000; ++i) terms += "w" + std::to_string(i) + " ";
  AskAll(terms);
  std::string commas;
  for (int i = 0; i < 500; ++i) commas += "a" + std::to_string(i) + ",";
  AskAll(commas);
  std::string operators;
  for (int i = 0; i < 100; ++i) operators += "tag:a" + std::to_string(i) + " ";
  AskAll(operators);
  std::string hans;
  for (int i = 0; i < 3000; ++i) hans += "汉";
  AskAll(hans);
}

TEST_F(BadInputTest, NulAndBrokenBytes) {
  AskAll(std::string("a\0b", 3));
  AskAll("\xFF\xFE");
  AskAll("a\xC3");
  AskAll("\xED\xA0\x80");
  AskAll("\xF4\x90\x80\x80 \xE2\x80");
}

TEST_F(BadInputTest, OnlyOperatorsAndOnlyExclusions) {
  AskAll("in:title in:first is:solved is:open has:code order:latest");
  AskAll("-a -b -\"c d\" -tag:x -category:general");
  EXPECT_EQ(Find("-words").results_size(), 0);
  EXPECT_GT(Find("category:general -zzz").results_size(), 0);
}

TEST_F(BadInputTest, AnythingIsAnswered) {
  kept_ = index_.Read();
  std::mt19937 random(7);
  const std::vector<std::string> parts = {"words",
                                          "near",
                                          "\"",
                                          "-",
                                          "tag:",
                                          "a",
                                          " ",
                                          "  ",
                                          ":",
                                          "(",
                                          ")",
                                          "*",
                                          "AND",
                                          "NEAR(",
                                          "in:title",
                                          "std::",
                                          "\xE2\x80\x9C",
                                          "\xFF",
                                          "汉字",
                                          "^",
                                          "{",
                                          "}",
                                          "@jan",
                                          "order:oldest",
                                          "before:2025",
                                          "after:2020",
                                          "is:open",
                                          ",",
                                          "first",
                                          "+",
                                          "'",
                                          "\\"};
  for (int i = 0; i < 600; ++i) {
    std::string q;
    for (size_t n = random() % 12; n > 0; --n) q += parts[random() % parts.size()];
    AskAll(q);
  }
}

TEST_F(BadInputTest, HostileQueriesEndSoon) {
  const auto micros = [] {
    timespec now = {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
  };
  std::string all;
  for (const char* const word : {"a", "b", "c", "and", "or", "not", "near", "title", "body"}) {
    all += std::string(word) + " ";
  }
  const int64_t begin = micros();
  Find(all + all);
  // The budget is 25 ms; the rest is what a build without optimisation takes for the answer.
  EXPECT_LT(micros() - begin, 1'000'000);
}

TEST_F(BadInputTest, PostsThatGoWhileOneAsks) {
  std::atomic<bool> done = false;
  std::thread asking([&] {
    while (!done) {
      v1::SearchRequest request;
      request.set_q("near numbers");
      EXPECT_TRUE(Search(index_.Read(), kAnonymous, request).ok());
    }
  });
  for (int i = 1; i <= 100; ++i) index_.Put({.posts = {GonePostOf(i, i)}});
  done = true;
  asking.join();
  EXPECT_EQ(Find("numbers ").total(), 100);
}

}  // namespace
}  // namespace forium::search
