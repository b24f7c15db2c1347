// SPDX-License-Identifier: Apache-2.0
#include "services/auth/names.h"

#include "gtest/gtest.h"
#include "services/auth/text.h"
#include "services/base/status/status.h"

namespace forium::auth {
namespace {

std::string Accepted(std::string_view raw, NameChoice choice = NameChoice::kOwn) {
  const absl::StatusOr<std::string> name = CheckUsername(raw, choice);
  return name.ok() ? *name : "refused";
}

TEST(NamesTest, UsernamesOfLettersDigitsAndSignsAreAccepted) {
  for (const char* name : {"al", "Alice", "a_b-c.d", "_x_", "x2", "2x", "Jürgen", "Ольга", "田中",
                           "abcdefghijklmnopqrstuvwxyz0123"}) {
    EXPECT_EQ(Accepted(name), name);
  }
  EXPECT_EQ(Accepted("  alice "), "alice");
}

TEST(NamesTest, MalformedUsernamesAreRefused) {
  const std::string broken = "ab\xff";
  const std::string with_null("a\0b", 3);
  for (const std::string& name :
       {std::string(), std::string("a"), std::string("12345"), std::string("__"),
        std::string("-ab"), std::string("ab."), std::string("a b"), std::string("a/b"),
        std::string("a@b"), std::string("<b>bold"), std::string("a\nb"),
        std::string("abcdefghijklmnopqrstuvwxyz01234"), std::string("a\u202Eb"),
        std::string("a\u200Bb"), std::string("😀😀😀"), broken, with_null}) {
    EXPECT_EQ(Accepted(name), "refused") << name;
  }
}

TEST(NamesTest, LettersOfTwoAlphabetsAreRefused) {
  EXPECT_EQ(Accepted("pаypal"), "refused");  // the second letter is Cyrillic
  EXPECT_EQ(Accepted("Ольга"), "Ольга");
}

TEST(NamesTest, OwnNamesCannotSpeakForTheCommunity) {
  for (const char* name : {"admin", "Admin", "SYSTEM", "moderator", "erased-5", "Erased-5"}) {
    EXPECT_EQ(Accepted(name), "refused") << name;
  }
  EXPECT_EQ(Accepted("admin", NameChoice::kTrusted), "admin");
  EXPECT_EQ(Accepted("erased-5", NameChoice::kTrusted), "refused");
}

TEST(NamesTest, FoldingIgnoresCaseWidthAndComposition) {
  EXPECT_EQ(Fold("ALICE"), Fold("alice"));
  EXPECT_EQ(Fold("STRASSE"), Fold("straße"));
  EXPECT_EQ(Fold("Ju\u0308rgen"), Fold("jürgen"));
  EXPECT_EQ(Fold("ａｌｉｃｅ"), "alice");
  EXPECT_EQ(Fold("a\nb"), "");
  EXPECT_EQ(Fold(std::string_view("a\0b", 3)), "");
  EXPECT_EQ(Fold("a\xff"), "");
}

TEST(NamesTest, StagedUsernamesComeNearestToTheForeignOnes) {
  EXPECT_EQ(StagedUsername("Alice", 1), "Alice");
  EXPECT_EQ(StagedUsername("Al ice!", 1), "Al_ice_");
  EXPECT_EQ(StagedUsername("-x.", 7), "user_7");
  EXPECT_EQ(StagedUsername("", -1), "user_x1");
  EXPECT_EQ(StagedUsername("12345", 12), "user_12");
  EXPECT_EQ(StagedUsername("system", -1), "system");
  EXPECT_EQ(StagedUsername(std::string(90, 'a'), 1), std::string(30, 'a'));
}

TEST(NamesTest, SuffixedNamesStayWithinTheLimit) {
  EXPECT_EQ(WithSuffix("alice", 2), "alice_2");
  EXPECT_EQ(WithSuffix(std::string(30, 'a'), 12), std::string(27, 'a') + "_12");
}

TEST(NamesTest, AddressesAreCheckedByTheirShape) {
  for (const char* email : {"a@b.org", "first.last+tag@sub.example.co", "ü@exämple.de"}) {
    EXPECT_TRUE(CheckEmail(email).ok()) << email;
  }
  for (const char* email :
       {"", "a", "@b.org", "a@", "a@b", "a@.org", "a@b..org", "a@-b.org", "a b@c.org",
        "a@b.org\n@x", "<a>@b.org", "a@b@c.org", ".a@b.org", "a..b@c.org", "a,b@c.org"}) {
    EXPECT_FALSE(CheckEmail(email).ok()) << email;
  }
  EXPECT_FALSE(CheckEmail(std::string(250, 'a') + "@b.org").ok());
}

TEST(NamesTest, LinesLoseControlsAndDirectionMarks) {
  EXPECT_EQ(CleanLine(" a\t b\u202E\nc\u0007 "), "a b c");
  EXPECT_EQ(CleanLine("a\xff"), "a\uFFFD");
  EXPECT_EQ(CleanText(" a \n\tb\u2066\n\n"), "a\nb");
  // A letter under a tower of marks keeps four of them.
  std::string tower = "a";
  for (int i = 0; i < 50; ++i) tower += "\u0336";
  EXPECT_EQ(CountCharacters(CleanLine(tower)), 5);
}

TEST(NamesTest, LimitsCountCharactersNotBytes) {
  std::string sixty;
  for (int i = 0; i < 60; ++i) sixty += "ü";
  EXPECT_TRUE(CheckLine(sixty, "name", 60).ok());
  EXPECT_EQ(status::DetailOf(CheckLine(sixty + "x", "name", 60).status()).field(), "name");
}

TEST(NamesTest, LocalesAndZonesAreCheckedByTheirShape) {
  for (const char* locale : {"", "en", "de-AT", "zh-Hant-TW"})
    EXPECT_TRUE(CheckLocale(locale).ok());
  for (const char* locale : {"e", "english", "en_US", "en-", "../en"}) {
    EXPECT_FALSE(CheckLocale(locale).ok()) << locale;
  }
  for (const char* zone : {"", "UTC", "Europe/Berlin", "America/Port-au-Prince", "Etc/GMT+3"}) {
    EXPECT_TRUE(CheckTimeZone(zone).ok()) << zone;
  }
  for (const char* zone : {"/etc/passwd", "../x", "Europe//Berlin", "Europe/", "a b"}) {
    EXPECT_FALSE(CheckTimeZone(zone).ok()) << zone;
  }
}

}  // namespace
}  // namespace forium::auth
