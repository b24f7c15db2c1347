// SPDX-License-Identifier: Apache-2.0
// Texts that nobody writes by mistake: whatever comes, tokens are sound and time is bounded.
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "services/search/words/language.h"
#include "services/search/words/words.h"

namespace forium::search {
namespace {

constexpr size_t kSize = 64 * 1024;

// Ten times what each takes at most on a quiet machine (20 ms), because tests run beside others.
constexpr double kMaxMilliseconds = 200;

std::string Repeated(std::string_view piece) {
  std::string text;
  while (text.size() < kSize) text += piece;
  return text;
}

std::string RandomBytes(uint32_t seed, std::string_view alphabet) {
  std::mt19937 random(seed);
  std::string text(kSize, ' ');
  for (char& c : text) {
    c = alphabet.empty() ? static_cast<char>(random()) : alphabet[random() % alphabet.size()];
  }
  return text;
}

bool IsUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<uint8_t>(text[i]);
    const size_t bytes = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC2 ? 2 : 0;
    if (bytes == 0 || i + bytes > text.size()) return false;
    for (size_t j = 1; j < bytes; ++j) {
      if ((static_cast<uint8_t>(text[i + j]) & 0xC0) != 0x80) return false;
    }
    i += bytes;
  }
  return true;
}

void ExpectSoundTokens(Words& words, const std::string& text, Language language) {
  int last_position = 0;
  size_t tokens = 0;
  words.Split(text, language, [&](const Token& token) {
    ++tokens;
    ASSERT_FALSE(token.text.empty());
    ASSERT_LE(token.text.size(), kMaxTokenBytes);
    ASSERT_EQ(token.text.find('\0'), std::string_view::npos);
    ASSERT_TRUE(IsUtf8(token.text));
    ASSERT_LT(token.begin, token.end);
    ASSERT_LE(token.end, text.size());
    ASSERT_TRUE(token.position == last_position || token.position == last_position + 1);
    last_position = token.position;
  });
  ASSERT_LE(tokens, 4 * text.size());
}

double MillisecondsOf(Words& words, const std::string& text) {
  const auto begin = std::chrono::steady_clock::now();
  words.Split(text, Language::kEnglish, [](const Token&) {});
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

std::vector<std::pair<std::string, std::string>> HostileTexts() {
  return {
      {"no spaces", Repeated("a")},
      {"no spaces, digits", Repeated("ab12")},
      {"camel case", Repeated("aBcDe")},
      {"capitals", Repeated("ABCdEF")},
      {"joiners", Repeated("::")},
      {"joined", Repeated("a::b->c/d\\e_f.g")},
      {"dots", Repeated(".")},
      {"dots and letters", Repeated(".a")},
      {"suffixes", Repeated("c++")},
      {"sharps", Repeated("c#")},
      {"apostrophes", Repeated("a'")},
      {"apostrophes of other shape", Repeated("’s’")},
      {"schemes", Repeated("http://a.")},
      {"percent signs", "http://a/" + Repeated("%%2")},
      {"marks", Repeated("\u0301")},
      {"marks upon a letter", "a" + Repeated("\u0301\u0323")},
      {"marks upon a sign", "カ" + Repeated("\u3099")},
      {"emoji", Repeated("👩‍👩‍👧👍🏽")},
      {"joiners without width", "a" + Repeated("\u200d")},
      {"accents", Repeated("éÀ")},
      {"right to left", Repeated("שלום\u202e ")},
      {"ligatures that become long", Repeated("\uFDFA")},
      {"signs that become long", Repeated("㍍㌔")},
      {"Han", Repeated("東京都")},
      {"Hangul", Repeated("데이터")},
      {"old Hangul", Repeated("\u1100\u1161\u11a8")},
      {"Thai", Repeated("กำ")},
      {"scripts by turns", Repeated("aあ가กя")},
      {"NUL", std::string(kSize, '\0')},
      {"broken UTF-8", Repeated("\xe6\x9d")},
      {"continuation bytes", Repeated("\x80")},
      {"surrogates", Repeated("\xed\xa0\x80")},
      {"overlong", Repeated("\xc0\xaf\xe0\x80\xaf")},
      {"random bytes", RandomBytes(1, "")},
      {"random letters", RandomBytes(2, "abcdefghijklmnopqrstuvwxyz '")},
      {"random joiners", RandomBytes(3, "aB1.:_-/\\>#@+'% ")},
      {"random tails", RandomBytes(4, "\xe3\x81\x82\xe0\xb8\xcc\x81")},
  };
}

TEST(BadInputTest, TokensAreSoundInBoundedTime) {
  Words words;
  ExpectSoundTokens(words, "warm あ", Language::kEnglish);
  for (const auto& [name, text] : HostileTexts()) {
    SCOPED_TRACE(name);
    EXPECT_LT(MillisecondsOf(words, text), kMaxMilliseconds);
    ExpectSoundTokens(words, text, Language::kEnglish);
    ExpectSoundTokens(words, text, Language::kTurkish);
  }
}

TEST(BadInputTest, EachWordIsNewToTheStemmer) {
  std::string text;
  for (int i = 0; text.size() < kSize; ++i) {
    for (int n = i + 1000; n > 0; n /= 26) text += static_cast<char>('a' + n % 26);
    text += "lies été ";
  }
  Words words;
  ExpectSoundTokens(words, text, Language::kEnglish);
  EXPECT_LT(MillisecondsOf(words, text), kMaxMilliseconds);
}

TEST(BadInputTest, QueriesAreSplitInBoundedTime) {
  Words words;
  const std::vector<Language> languages = {Language::kEnglish, Language::kGerman,
                                           Language::kRussian, Language::kNone};
  words.SplitQuery("warm あああ", languages);
  for (const auto& [name, text] : HostileTexts()) {
    SCOPED_TRACE(name);
    const std::string query = text.substr(0, 10'000);
    const auto begin = std::chrono::steady_clock::now();
    const auto terms = words.SplitQuery(query, languages);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    EXPECT_LT(took.count(), kMaxMilliseconds);
    for (const Term& term : terms) {
      EXPECT_LE(term.end, query.size());
      EXPECT_FALSE(term.forms.empty());
      for (const Form& form : term.forms) {
        EXPECT_FALSE(form.tokens.empty());
        for (const std::string& token : form.tokens) {
          EXPECT_FALSE(token.empty());
          EXPECT_LE(token.size(), kMaxTokenBytes);
        }
      }
    }
  }
}

TEST(BadInputTest, LanguagesAreGuessedInBoundedTime) {
  for (const auto& [name, text] : HostileTexts()) {
    const auto begin = std::chrono::steady_clock::now();
    Detect(text, Language::kEnglish);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    EXPECT_LT(took.count(), kMaxMilliseconds) << name;
  }
}

TEST(BadInputTest, LongWordsAreFoundByTheirBeginnings) {
  Words words;
  const std::string long_word(1000, 'x');
  std::vector<std::string> tokens;
  words.Split(long_word, Language::kNone,
              [&](const Token& token) { tokens.emplace_back(token.text); });
  ASSERT_EQ(tokens, std::vector<std::string>{std::string(kMaxTokenBytes, 'x')});
  EXPECT_EQ(words.SplitQuery(long_word, {})[0].forms[0].tokens, tokens);
}

}  // namespace
}  // namespace forium::search
