// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/word_starts.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "gtest/gtest.h"
#include "services/search/words/words.h"

namespace forium::search {
namespace {

std::vector<size_t> Places(const WordStarts& starts, std::string_view text) {
  std::vector<size_t> places;
  for (size_t at = starts.Next(text, 0); at < text.size(); at = starts.Next(text, at + 1)) {
    places.push_back(at);
  }
  return places;
}

// Between the spaces around the token.
bool IsReached(std::string_view text, const Token& token) {
  WordStarts starts;
  starts.Add(token.text);
  size_t begin = token.begin;
  while (begin > 0 && text[begin - 1] != ' ') --begin;
  return starts.Next(text, begin) < token.end;
}

void ExpectAllReached(const std::string& text, Language language) {
  Words words;
  words.Split(text, language, [&](const Token& token) {
    EXPECT_TRUE(IsReached(text, token)) << text << ": " << token.text;
  });
}

TEST(WordStartsTest, MissNoTokenOfAText) {
  ExpectAllReached(
      "Dying skies, happily RUNNING; the flies' happiness, don't O'Reilly's tied lies.",
      Language::kEnglish);
  ExpectAllReached(
      "std::vector<HTTPServer> getComponent2 D3D11 C++20 C# .NET /etc/hosts foo_bar a-b",
      Language::kEnglish);
  ExpectAllReached("see https://www.example.org/a%20b/page?q=1 and e-mail x@y.org v2.4.1",
                   Language::kEnglish);
  ExpectAllReached("broden brood maan manen l'homme aujourd'hui", Language::kDutch);
  ExpectAllReached("l'homme qu'elle Évidence patience yeux", Language::kFrench);
  ExpectAllReached("Straße STRASSE Häuser Übung ﬁne Ｆｕｌｌ", Language::kGerman);
  ExpectAllReached("東京タワー 서버에서는 привет мир İstanbul", Language::kNone);
}

TEST(WordStartsTest, LeavesOutTheInnerPartsOfWords) {
  WordStarts starts;
  starts.Add("art");
  EXPECT_EQ(Places(starts, "cart art party smArt"), (std::vector<size_t>{5, 17}));
}

TEST(WordStartsTest, AsksForMoreThanTheFirstLetters) {
  WordStarts starts;
  starts.Add("shadow");
  EXPECT_EQ(Places(starts, "shader Shadows share"), std::vector<size_t>{7});
}

TEST(WordStartsTest, FindsALetterAtTheEnd) {
  WordStarts starts;
  starts.Add("c");
  EXPECT_EQ(Places(starts, "written in C"), std::vector<size_t>{11});
}

// Where many bytes follow they are looked at together, otherwise one after another.
TEST(WordStartsTest, AreTheSameFarFromTheEndAndNearIt) {
  std::mt19937 random(1);
  const std::string_view letters = "aAbBcz'q_.1 \xC3\xA9";
  for (int round = 0; round < 50; ++round) {
    WordStarts starts;
    for (int i = 0; i <= round % 10; ++i) {
      std::string token;
      for (size_t size = 1 + random() % 4; size > 0; --size) token += letters[random() % 6];
      starts.Add(absl::AsciiStrToLower(token));
    }
    std::string text;
    while (text.size() < 400) text += letters[random() % letters.size()];
    for (size_t at = 0; at + 80 < text.size(); ++at) {
      const std::string_view cut = std::string_view(text).substr(0, at + 33);
      EXPECT_EQ(starts.Next(text, at) == at, starts.Next(cut, at) == at) << text << at;
    }
  }
}

}  // namespace
}  // namespace forium::search
