// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/query_parser.h"

#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/search/queries/query_text.h"

namespace forium::search {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> WordsOf(const Query& query) {
  std::vector<std::string> words;
  for (const QueryWord& word : query.words) {
    words.push_back((word.excluded ? "-" : "") +
                    (word.phrase ? "\"" + word.text + "\"" : word.text));
  }
  return words;
}

std::vector<std::string> FiltersOf(const Query& query) {
  std::vector<std::string> filters;
  for (const QueryFilter& filter : query.filters) {
    filters.push_back((filter.excluded ? "-" : "") + std::string(NameOf(filter.kind)) + "=" +
                      filter.value);
  }
  return filters;
}

std::vector<v1::Problem::Kind> ProblemsOf(const Query& query) {
  std::vector<v1::Problem::Kind> problems;
  for (const v1::Problem& problem : query.problems) problems.push_back(problem.kind());
  return problems;
}

TEST(QueryParserTest, WordsPhrasesAndWhatIsLeftOut) {
  const Query query = ParseQuery("  shadow \"soft  shadows\" -opengl -\"direct x\" ");
  EXPECT_THAT(WordsOf(query),
              ElementsAre("shadow", "\"soft  shadows\"", "-opengl", "-\"direct x\""));
  EXPECT_THAT(query.problems, IsEmpty());
  EXPECT_FALSE(query.typing);
}

TEST(QueryParserTest, AllOperators) {
  const Query query = ParseQuery(
      "x IN:Title in:first Category:support tag:gui @jan user:\"Jan Doe\" topic:17 before:2016 "
      "after:2015-03-10 is:solved is:open has:code order:latest -tag:old");
  EXPECT_THAT(WordsOf(query), ElementsAre("x"));
  EXPECT_THAT(FiltersOf(query),
              ElementsAre("in=title", "in=first", "category=support", "tag=gui", "user=jan",
                          "user=Jan Doe", "topic=17", "before=2016", "after=2015-03-10",
                          "is=solved", "is=open", "has=code", "order=latest", "-tag=old"));
  EXPECT_EQ(query.order, v1::LATEST);
  EXPECT_EQ(query.filters[6].number, 17);
  EXPECT_EQ(query.filters[7].number, 1451606400000000);
  EXPECT_THAT(query.problems, IsEmpty());
}

TEST(QueryParserTest, WhatOnlyLooksLikeAnOperatorIsAWord) {
  for (const char* const word :
       {"foo:bar", "std::vector", "C:\\path", "http://x.org/a:b", "tag::x", "a:", ":b",
        "::", "jan@x.org", "@", "12:30", "category:", "--help", "->", "a-b", "error:42"}) {
    const Query query = ParseQuery(word);
    EXPECT_THAT(query.filters, IsEmpty()) << word;
    EXPECT_EQ(query.words.size(), 1u) << word;
    EXPECT_THAT(query.problems, IsEmpty()) << word;
  }
}

TEST(QueryParserTest, UnknownValuesOfOperatorsAreWordsAndTold) {
  const Query query = ParseQuery("in:body is:nice author:jan order:random");
  EXPECT_EQ(query.words.size(), 4u);
  EXPECT_EQ(ProblemsOf(query), std::vector<v1::Problem::Kind>(4, v1::Problem::UNKNOWN_OPERATOR));
}

TEST(QueryParserTest, QuotesOfAnyStyleAndWithoutEnd) {
  EXPECT_THAT(WordsOf(ParseQuery("“soft shadows” «a b» „x y“")),
              ElementsAre("\"soft shadows\"", "\"a b\"", "\"x y\""));
  const Query open = ParseQuery("a \"b c");
  EXPECT_THAT(WordsOf(open), ElementsAre("a", "\"b c\""));
  EXPECT_THAT(ProblemsOf(open), ElementsAre(v1::Problem::UNBALANCED_QUOTE));
  EXPECT_FALSE(open.typing);
}

TEST(QueryParserTest, TheLastWordMayBeGoingOn) {
  EXPECT_TRUE(ParseQuery("soft shad").typing);
  EXPECT_FALSE(ParseQuery("soft shad ").typing);
  EXPECT_FALSE(ParseQuery("soft \"shad\"").typing);
  EXPECT_FALSE(ParseQuery("soft tag:x").typing);
  EXPECT_FALSE(ParseQuery("").typing);
}

TEST(QueryParserTest, Dates) {
  EXPECT_EQ(ParseDate("1970"), 0);
  EXPECT_EQ(ParseDate("2016-03"), 1456790400000000);
  EXPECT_EQ(ParseDate("2016-03-10"), 1457568000000000);
  EXPECT_EQ(ParseDate("2016-3-1"), 1456790400000000);
  for (const char* const none : {"", "-", "16", "2016-13", "2016-02-30", "2016-03-10-1", "2016-",
                                 "20160", "yesterday", "1969", "2016-0", "9999-01-01"}) {
    EXPECT_EQ(ParseDate(none), -1) << none;
  }
}

TEST(QueryParserTest, NothingToFindIsTold) {
  for (const char* const nothing : {"", "  ", "-word", "order:latest", "-tag:x", "in:title"}) {
    EXPECT_THAT(ProblemsOf(ParseQuery(nothing)), ElementsAre(v1::Problem::NOTHING_TO_FIND))
        << nothing;
  }
  EXPECT_THAT(ParseQuery("tag:x -word").problems, IsEmpty());
}

TEST(QueryParserTest, TooMuchIsLeftOutAndTold) {
  const Query words = ParseQuery("a b c d e f g h i j k l m n o p q r s t");
  EXPECT_EQ(words.words.size(), kMaxQueryWords);
  EXPECT_THAT(ProblemsOf(words), ElementsAre(v1::Problem::TOO_MANY_WORDS));
  const Query large = ParseQuery(std::string(10'000, 'x'));
  EXPECT_EQ(large.text.size(), kMaxQueryBytes);
  EXPECT_THAT(ProblemsOf(large), ElementsAre(v1::Problem::TOO_LONG));
  std::string umlauts = "a";
  for (int i = 0; i < 600; ++i) umlauts += "ä";
  EXPECT_EQ(ParseQuery(umlauts).text, umlauts.substr(0, kMaxQueryBytes - 1));
}

TEST(QueryParserTest, BrokenBytesAreSpaces) {
  const Query query = ParseQuery(std::string_view("a\0b\xFF\xC3 c\xED\xA0\x80 d\xE2\x80", 13));
  EXPECT_THAT(WordsOf(query), ElementsAre("a", "b", "c", "d"));
}

TEST(QueryParserTest, AnythingEndsInPlacesWithinTheText) {
  std::mt19937 random(5);
  const std::string alphabet = "ab:-\"@ \t\0\xE2\x80\x9C\xFFtagin.order*^(){}";
  for (int i = 0; i < 20'000; ++i) {
    std::string typed;
    for (size_t n = random() % 40; n > 0; --n) typed += alphabet[random() % alphabet.size()];
    const Query query = ParseQuery(typed);
    for (const QueryWord& word : query.words) {
      ASSERT_LT(word.begin, word.end);
      ASSERT_LE(word.end, query.text.size());
      ASSERT_FALSE(word.text.empty());
    }
    for (const QueryFilter& filter : query.filters) ASSERT_LE(filter.end, query.text.size());
  }
}

}  // namespace
}  // namespace forium::search
