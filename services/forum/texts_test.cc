// SPDX-License-Identifier: Apache-2.0
// Slugs, plain text, page tokens: pure functions.
#include "gtest/gtest.h"
#include "services/base/status/status.h"
#include "services/forum/fields.h"
#include "services/forum/page_token.h"
#include "services/forum/plain_text.h"
#include "services/forum/slugs.h"

namespace forium::forum {
namespace {

TEST(SlugsTest, LatinLosesItsAccentsOtherScriptsStay) {
  EXPECT_EQ(MakeSlug("Crème Brûlée, s'il vous plaît!"), "creme-brulee-sil-vous-plait");
  EXPECT_EQ(MakeSlug("Straße – Łódź"), "strasse-lodz");
  EXPECT_EQ(MakeSlug("Привет, мир"), "привет-мир");
  EXPECT_EQ(MakeSlug("日本語のガイド"), "日本語のガイド");
  EXPECT_EQ(MakeSlug("한국어"), "한국어");
  EXPECT_EQ(MakeSlug("हिन्दी"), "हिन्दी");
}

TEST(SlugsTest, AreNeverEmptyOnlyDigitsOrLong) {
  EXPECT_EQ(MakeSlug(""), "topic");
  EXPECT_EQ(MakeSlug("?!…"), "topic");
  EXPECT_EQ(MakeSlug("2026"), "topic-2026");
  EXPECT_EQ(MakeSlug("---a---b---"), "a-b");
  EXPECT_LE(MakeSlug(std::string(500, 'x')).size(), 80u);
  EXPECT_EQ(EscapePathSegment("привет"), "%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82");
}

TEST(PlainTextTest, LosesTagsAndKeepsText) {
  EXPECT_EQ(Excerpt("<p>One &amp; <b>two</b></p>\n<p>three</p>"), "One & two three");
  EXPECT_EQ(PlainText("<p>One</p><ul><li>two</li></ul>"), "One\n\ntwo");
  EXPECT_EQ(Excerpt("<p>abcdef</p>", 3), "abc…");
  EXPECT_EQ(Excerpt("<p>äöü</p>", 3), "äöü");
}

TEST(PageTokenTest, BelongsToItsList) {
  const std::string token = MakePageToken("a", {-5, 7});
  EXPECT_EQ(ParsePageToken("a", token)->first, -5);
  EXPECT_EQ(ParsePageToken("a", token)->second, 7);
  EXPECT_EQ(status::ReasonOf(ParsePageToken("b", token).status()),
            status::Reason::INVALID_PAGE_TOKEN);
  for (const char* bad : {"", "x", "%%%", "AAAA", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"}) {
    EXPECT_FALSE(ParsePageToken("a", bad).ok());
  }
}

TEST(FieldsTest, TagsKeepLettersOfEveryScript) {
  EXPECT_EQ(TagSlug("tags", " C-Plus ").value(), "c-plus");
  EXPECT_EQ(TagSlug("tags", "Größe").value(), "größe");
  EXPECT_FALSE(TagSlug("tags", "c++").ok());
  EXPECT_FALSE(TagSlug("tags", "--").ok());
  EXPECT_FALSE(TagSlug("tags", "").ok());
}

}  // namespace
}  // namespace forium::forum
