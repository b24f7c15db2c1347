// SPDX-License-Identifier: Apache-2.0
#include "services/search/words/vocabulary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/search/words/edit_distance.h"

namespace forium::search {
namespace {

using Pairs = std::vector<std::pair<std::string, int64_t>>;

// `word/distance word/distance`.
std::string Show(const std::vector<Vocabulary::Entry>& entries) {
  std::string shown;
  for (const auto& entry : entries) {
    absl::StrAppend(&shown, shown.empty() ? "" : " ", entry.word, "/", entry.distance);
  }
  return shown;
}

double Milliseconds(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

const Pairs kPairs = {{"vector", 50},     {"vectors", 9}, {"hector", 70}, {"victor", 20},
                      {"sector", 1},      {"std", 30},    {"render", 40}, {"renderer", 44},
                      {"rendering", 5},   {"größe", 3},   {"сервер", 8},  {"серверы", 2},
                      {"std::vector", 7}, {"vetcor", 1},  {"ab", 4},      {"abc", 2}};

TEST(VocabularyTest, FrequenciesAreFound) {
  const Vocabulary vocabulary(kPairs, 100);
  EXPECT_EQ(vocabulary.posts(), 100);
  EXPECT_EQ(vocabulary.size(), kPairs.size());
  for (const auto& [word, posts] : kPairs) EXPECT_EQ(vocabulary.Frequency(word), posts) << word;
  EXPECT_EQ(vocabulary.Frequency("vecto"), 0);
  EXPECT_EQ(vocabulary.Frequency(""), 0);
  EXPECT_EQ(vocabulary.Frequency("zzz"), 0);
}

TEST(VocabularyTest, NearWordsComeNearestFirstWithTheSameFirstLetter) {
  const Vocabulary vocabulary(kPairs, 100);
  EXPECT_EQ(Show(vocabulary.Near("vector", 1, 10)),
            "victor/1 vectors/1 vetcor/1 hector/1 sector/1");
  EXPECT_EQ(Show(vocabulary.Near("vectro", 1, 10)), "vector/1");
  EXPECT_EQ(Show(vocabulary.Near("vetor", 1, 2)), "vector/1 vetcor/1");
  EXPECT_EQ(Show(vocabulary.Near("rendrer", 2, 10)), "renderer/1 render/1");
  EXPECT_EQ(Show(vocabulary.Near("сирвер", 1, 10)), "сервер/1");
  EXPECT_EQ(Show(vocabulary.Near("große", 1, 10)), "größe/1");
  EXPECT_EQ(Show(vocabulary.Near("vector", 0, 10)), "");
  EXPECT_EQ(Show(vocabulary.Near("", 2, 10)), "");
}

TEST(VocabularyTest, PrefixesGoOnTheMostFrequentFirst) {
  const Vocabulary vocabulary(kPairs, 100);
  EXPECT_EQ(Show(vocabulary.WithPrefix("rend", 10)), "renderer/0 render/0 rendering/0");
  EXPECT_EQ(Show(vocabulary.WithPrefix("render", 1)), "renderer/0");
  EXPECT_EQ(Show(vocabulary.WithPrefix("zz", 5)), "");
  EXPECT_EQ(Show(vocabulary.WithPrefix("vector", 0)), "");
  EXPECT_EQ(vocabulary.WithPrefix("", 100).size(), kPairs.size());
}

TEST(VocabularyTest, PartsAreFoundInsideOfWordsOnly) {
  const Vocabulary vocabulary(kPairs, 100);
  EXPECT_EQ(Show(vocabulary.WithPart("ector", 10)),
            "hector/0 vector/0 vectors/0 std::vector/0 sector/0");
  EXPECT_EQ(Show(vocabulary.WithPart("::v", 10)), "std::vector/0");
  EXPECT_EQ(Show(vocabulary.WithPart("ab", 10)), "");
  EXPECT_EQ(Show(vocabulary.WithPart("babc", 10)), "");
  EXPECT_EQ(Show(vocabulary.WithPart(std::string("b\0a", 3), 10)), "");
}

TEST(VocabularyTest, NothingIsAVocabularyToo) {
  const Vocabulary vocabulary({}, 0);
  EXPECT_EQ(vocabulary.size(), 0u);
  EXPECT_EQ(vocabulary.Frequency("a"), 0);
  EXPECT_TRUE(vocabulary.Near("word", 2, 5).empty());
  EXPECT_TRUE(vocabulary.WithPrefix("w", 5).empty());
  EXPECT_TRUE(vocabulary.WithPart("wor", 5).empty());
}

TEST(VocabularyTest, WordsThatCannotBeTokensAreLeftOut) {
  const Vocabulary vocabulary(
      {{"", 1}, {std::string(65, 'a'), 1}, {std::string("a\0b", 3), 1}, {"ok", 1}, {"ok", 1}}, 1);
  EXPECT_EQ(vocabulary.size(), 1u);
}

// By the book, a cell after the other.
int SlowDistance(const std::string& a, const std::string& b) {
  std::vector<std::vector<int>> d(a.size() + 1, std::vector<int>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = static_cast<int>(i + j);
        continue;
      }
      d[i][j] =
          std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

std::string RandomWord(std::mt19937& random, size_t least, size_t most, int letters) {
  std::string word(least + random() % (most - least + 1), ' ');
  for (char& c : word) c = static_cast<char>('a' + random() % letters);
  return word;
}

TEST(EditDistanceTest, IsTheDistanceByTheBook) {
  std::mt19937 random(7);
  for (int i = 0; i < 3000; ++i) {
    const std::string a = RandomWord(random, 0, i % 2 ? 10 : 64, 3);
    const std::string b = RandomWord(random, 0, i % 2 ? 10 : 64, 3);
    ASSERT_EQ(EditDistance(a).To(b), SlowDistance(a, b)) << a << " " << b;
  }
}

TEST(VocabularyTest, NearMissesNothing) {
  std::mt19937 random(3);
  Pairs words;
  for (int i = 0; i < 4000; ++i) words.emplace_back(RandomWord(random, 3, 9, 6), i % 50);
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end(),
                          [](const auto& a, const auto& b) { return a.first == b.first; }),
              words.end());
  const Vocabulary vocabulary(words, 1);
  for (int i = 0; i < 100; ++i) {
    const std::string word = RandomWord(random, 4, 9, 6);
    for (int distance : {1, 2}) {
      size_t expected = 0;
      for (const auto& [other, posts] : words) {
        const int apart = SlowDistance(word, other);
        expected += apart >= 1 && apart <= distance;
      }
      EXPECT_EQ(vocabulary.Near(word, distance, 10'000).size(), expected) << word;
    }
  }
}

TEST(VocabularyTest, WordsThatAreAllAlikeTakeBoundedTime) {
  std::mt19937 random(5);
  Pairs words;
  for (int i = 0; i < 300'000; ++i) {
    std::string word = RandomWord(random, 64, 64, 4);
    words.emplace_back(std::move(word), 1);
  }
  const std::string word = words[0].first;
  const Vocabulary vocabulary(std::move(words), 1);
  // Ten times what it takes on a quiet machine.
  EXPECT_LT(Milliseconds([&] { vocabulary.Near(word, 2, 10); }), 50);
  EXPECT_LT(Milliseconds([&] { vocabulary.WithPrefix("a", 10); }), 50);
  EXPECT_LT(Milliseconds([&] { vocabulary.WithPart("aaaaaaaaaaaaaaab", 10); }), 200);
}

TEST(ForgivenDistanceTest, LettersAreCountedNotBytes) {
  EXPECT_EQ(ForgivenDistance("std"), 0);
  EXPECT_EQ(ForgivenDistance("node"), 1);
  EXPECT_EQ(ForgivenDistance("renderer"), 2);
  EXPECT_EQ(ForgivenDistance("кот"), 0);
  EXPECT_EQ(ForgivenDistance("сервер"), 1);
}

}  // namespace
}  // namespace forium::search
