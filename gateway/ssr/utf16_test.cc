// SPDX-License-Identifier: Apache-2.0
#include "gateway/ssr/utf16.h"

#include <cstdint>
#include <random>

#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

std::string ThereAndBack(std::string_view text) {
  std::vector<char16_t> units;
  ToUtf16(text, units);
  return ToUtf8(units);
}

TEST(Utf16Test, KeepsText) {
  for (const std::string& text :
       {std::string(), std::string("a"), std::string("exactly 8"),
        std::string("plain text that fills several blocks of the machine"),
        std::string("Grüße aus Köln, 日本語, 🦊 and more ASCII behind them"),
        std::string("nul\0inside", 10)}) {
    EXPECT_EQ(ThereAndBack(text), text);
  }
}

TEST(Utf16Test, KeepsAnyMixtureAtAnyPlace) {
  static const std::string kPieces[] = {"a",    "bcdefghi",         "ß", "€", "🦊",
                                        "\x7f", "12345678901234567"};
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (size_t i = random() % 40; i > 0; --i) text += kPieces[random() % std::size(kPieces)];
    ASSERT_EQ(ThereAndBack(text), text);
  }
}

TEST(Utf16Test, WorstGrowthFits) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "€";
  EXPECT_EQ(ThereAndBack(text), text);
}

TEST(Utf16Test, MalformedBytesBecomeReplacements) {
  EXPECT_EQ(ThereAndBack("a\xFFz"), "a\uFFFDz");
  EXPECT_EQ(ThereAndBack("cut \xE2\x82"), "cut \uFFFD\uFFFD");
  EXPECT_EQ(ThereAndBack("\xC0\x80"), "\uFFFD\uFFFD");                      // overlong
  EXPECT_EQ(ThereAndBack("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");            // surrogate
  EXPECT_EQ(ThereAndBack("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");  // beyond Unicode
}

TEST(Utf16Test, LoneSurrogatesBecomeReplacements) {
  EXPECT_EQ(ToUtf8(std::u16string_view(u"a\xD83D")), "a\uFFFD");
  EXPECT_EQ(ToUtf8(std::u16string_view(u"\xDD8A\xD83Dz")), "\uFFFD\uFFFDz");
}

TEST(Utf16Test, WellFormedIsWhatStaysAsItIs) {
  for (const std::string_view text : {"", "plain", "Grüße aus Köln, 日本語, 🦊",
                                      "itself: \xEF\xBF\xBD", "\x7f at the end é"}) {
    EXPECT_TRUE(IsWellFormed(text)) << text;
  }
  for (const std::string_view text :
       {"\xFF", "eight---\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80", "12345678\x80"}) {
    EXPECT_FALSE(IsWellFormed(text));
    EXPECT_NE(ThereAndBack(text), text);
  }
}

}  // namespace
}  // namespace forium::gateway
