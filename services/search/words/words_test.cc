// SPDX-License-Identifier: Apache-2.0
#include "services/search/words/words.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace forium::search {
namespace {

// `0:running 0:=run`: what Split gives.
std::string Tokens(std::string_view text, Language language = Language::kNone) {
  Words words;
  std::string all;
  words.Split(text, language, [&](const Token& token) {
    if (!all.empty()) all += ' ';
    absl::StrAppend(&all, token.position, ":", std::string(token.text));
  });
  return all;
}

TEST(SplitTest, WordsAreFoldedAndCounted) {
  EXPECT_EQ(Tokens("Hello, wide World! (2nd)"), "0:hello 1:wide 2:world 3:2nd");
  EXPECT_EQ(Tokens(""), "");
  EXPECT_EQ(Tokens(" ... --- !? "), "");
}

TEST(SplitTest, AccentsAreLeftOutAsPeopleLeaveThemOut) {
  EXPECT_EQ(Tokens("Crème brûlée"), "0:creme 1:brulee");
  EXPECT_EQ(Tokens("Cre\u0300me"), "0:creme");
  EXPECT_EQ(Tokens("Straße GRÖẞE"), "0:strasse 1:grosse");
  EXPECT_EQ(Tokens("smørrebrød Łódź đường Ærø œuvre"),
            "0:smorrebrod 1:lodz 2:duong 3:aero 4:oeuvre");
  EXPECT_EQ(Tokens("İstanbul ISPARTA ışık"), "0:istanbul 1:isparta 2:isik");
  EXPECT_EQ(Tokens("Ёлка йод Ψυχή"), "0:елка 1:йод 2:ψυχη");
  EXPECT_EQ(Tokens("ＦＵＬＬ ﬁne"), "0:full 1:fine");
}

TEST(SplitTest, MarksOfOtherScriptsStay) {
  EXPECT_EQ(Tokens("हिन्दी"), "0:हिन्दी");
  EXPECT_EQ(Tokens("ガギ"), "0:ガギ 1:ギ");
  EXPECT_EQ(Tokens("カ\u3099キ"), "0:ガキ 1:キ");
  EXPECT_EQ(Tokens("ﾊﾞｽ"), "0:バス 1:ス");
}

TEST(SplitTest, ApostrophesAreDropped) {
  EXPECT_EQ(Tokens("don't Don’t"), "0:dont 1:dont");
  EXPECT_EQ(Tokens("Mike's 'quoted' players'"), "0:mike 1:quoted 2:players");
  EXPECT_EQ(Tokens("l'homme d’accord dell'arte"), "0:l 1:homme 2:d 3:accord 4:dell 5:arte");
}

TEST(SplitTest, StemsStandBesideTheirWords) {
  EXPECT_EQ(Tokens("running runs run", Language::kEnglish), "0:running 0:=run 1:runs 1:=run 2:run");
  EXPECT_EQ(Tokens("Häuser", Language::kGerman), "0:hauser 0:=haus");
  EXPECT_EQ(Tokens("новыми", Language::kRussian), "0:новыми 0:=нов");
  EXPECT_EQ(Tokens("utf8s x", Language::kEnglish), "0:utf8s 1:x");
}

TEST(SplitTest, RedisIsNotRedirect) {
  EXPECT_EQ(Tokens("redis", Language::kEnglish), "0:redis 0:=redi");
  EXPECT_EQ(Tokens("redirect", Language::kEnglish), "0:redirect");
}

TEST(SplitTest, IdentifiersAreFoundWholeAndByPart) {
  EXPECT_EQ(Tokens("std::vector<int>"), "0:std 0:std::vector 1:vector 2:int");
  EXPECT_EQ(Tokens("foo_bar."), "0:foo 0:foo_bar 1:bar");
  EXPECT_EQ(Tokens("GetComponent()"), "0:get 0:getcomponent 1:component");
  EXPECT_EQ(Tokens("HTTPServer"), "0:http 0:httpserver 1:server");
  EXPECT_EQ(Tokens("0x80070005"), "0:0x80070005");
  EXPECT_EQ(Tokens("D3D11 IPv4 iPhone utf8 APIs"), "0:d3d11 1:ipv4 2:iphone 3:utf8 4:apis");
  EXPECT_EQ(Tokens("windows10"), "0:windows 0:windows10 1:10");
  EXPECT_EQ(Tokens("version 2.4.1."), "0:version 1:2 1:2.4.1 2:4 3:1");
  EXPECT_EQ(Tokens("docker-compose.yml"), "0:docker 0:docker-compose.yml 1:compose 2:yml");
  EXPECT_EQ(Tokens("/etc/nginx/nginx.conf:"),
            "0:etc 0:etc/nginx/nginx.conf 1:nginx 2:nginx 3:conf");
  EXPECT_EQ(Tokens("node->GetName()"), "0:node 0:node->getname 1:get 2:name");
  EXPECT_EQ(Tokens("C:\\Users\\me"), "0:c 1:users 1:users\\me 2:me");
  EXPECT_EQ(Tokens("me@example.org"), "0:me 0:me@example.org 1:example 2:org");
  EXPECT_EQ(Tokens("well-known"), "0:well 0:well-known 1:known");
  EXPECT_EQ(Tokens("größe_max"), "0:grosse 0:grosse_max 1:max");
}

TEST(SplitTest, NamesOfLanguagesAreFoundWhole) {
  EXPECT_EQ(Tokens("C++ C# F#, g++"), "0:c 0:c++ 1:c 1:c# 2:f 2:f# 3:g 3:g++");
  EXPECT_EQ(Tokens("C++20"), "0:c 0:c++ 0:c++20 1:20");
  EXPECT_EQ(Tokens(".NET asp.net"), "0:net 0:.net 1:asp 1:asp.net 2:net");
  EXPECT_EQ(Tokens("a+b i+=1"), "0:a 1:b 2:i 3:1");
}

TEST(SplitTest, SentencesEndOutsideOfIdentifiers) {
  EXPECT_EQ(Tokens("It ends. Then..."), "0:it 1:ends 2:then");
  EXPECT_EQ(Tokens("wait...what -- so"), "0:wait 1:what 2:so");
  EXPECT_EQ(Tokens("_foo_ #tag @user -flag"), "0:foo 1:tag 2:user 3:flag");
}

TEST(SplitTest, UrlsAreHostAndParts) {
  EXPECT_EQ(Tokens("see https://www.example.org/t/foo-bar/12?x=1%20y. Then"),
            "0:see 1:example 1:example.org 2:org 3:t 4:foo 5:bar 6:12 7:x 8:1 9:y 10:then");
  EXPECT_EQ(Tokens("http://localhost:8080"), "0:localhost 1:8080");
}

TEST(SplitTest, ScriptsWithoutSpacesGiveGrams) {
  EXPECT_EQ(Tokens("東京都庁"), "0:東京 0:東京都 1:京都 1:京都庁 2:都庁 3:庁");
  EXPECT_EQ(Tokens("猫"), "0:猫");
  EXPECT_EQ(Tokens("Redisの設定"), "0:redis 1:の設 1:の設定 2:設定 3:定");
  EXPECT_EQ(Tokens("データ"), "0:デー 0:データ 1:ータ 2:タ");
}

TEST(SplitTest, HangulGivesItsWordsToo) {
  EXPECT_EQ(Tokens("서버"), "0:서버 1:버");
  EXPECT_EQ(Tokens("서버를 끄"), "0:서버를 0:서버 1:버를 2:를 3:끄");
  EXPECT_EQ(Tokens("데이터베"), "0:데이터베 0:데이 0:데이터 1:이터 1:이터베 2:터베 3:베");
}

TEST(SplitTest, OffsetsAreThoseOfTheSource) {
  Words words;
  const std::string text = "é GetName 東京 Mike's C++";
  std::string sources;
  words.Split(text, Language::kEnglish, [&](const Token& token) {
    ASSERT_LE(token.end, text.size());
    ASSERT_LT(token.begin, token.end);
    absl::StrAppend(&sources, text.substr(token.begin, token.end - token.begin), "|");
  });
  EXPECT_EQ(sources, "é|Get|GetName|Name|東京|京|Mike|C|C++|");
}

TEST(SplitTest, BrokenBytesSeparateWords) {
  EXPECT_EQ(Tokens(std::string("one\0two", 7)), "0:one 1:two");
  EXPECT_EQ(Tokens("one\xfftwo\xc3"), "0:one 1:two");
  EXPECT_EQ(Tokens("\xe6\x9d one"), "0:one");
  EXPECT_EQ(Tokens("one\x1dtwo\x1fthree"), "0:one 1:two 2:three");
}

TEST(SplitTest, EmojiSeparateAndJoinersBelong) {
  EXPECT_EQ(Tokens("ok👍🏽fine 👨‍👩‍👧"), "0:ok 1:fine");
  EXPECT_EQ(Tokens("می‌خواهم"), "0:میخواهم");
  EXPECT_EQ(Tokens("co\u00ADop"), "0:coop");
}

TEST(SplitTest, RightToLeftIsRead) {
  EXPECT_EQ(Tokens("שָׁלוֹם"), "0:שלום");
  EXPECT_EQ(Tokens("مَرْحَبًا العـــربية", Language::kNone), "0:مرحبا 1:العربية");
}

TEST(SplitTest, AMapOfStemsDoesNotMixLanguages) {
  Words words;
  for (int i = 0; i < 3; ++i) {
    for (Language language : {Language::kEnglish, Language::kNone, Language::kGerman}) {
      size_t tokens = 0;
      words.Split("running", language, [&](const Token&) { ++tokens; });
      EXPECT_EQ(tokens, language == Language::kEnglish ? 2u : 1u);
    }
  }
}

TEST(FoldTest, NamesAreCompared) {
  Words words;
  EXPECT_EQ(words.Fold("René O'Neill"), "rene o'neill");
  EXPECT_EQ(words.Fold("\xff"), words.Fold("\xfe"));
}

TEST(StemTokenTest, IsTheTokenOfItsTexts) {
  Words words;
  EXPECT_EQ(words.StemToken("running", Language::kEnglish), "=run");
  EXPECT_EQ(words.StemToken("run", Language::kEnglish), "=run");
  EXPECT_EQ(words.StemToken("run", Language::kNone), "");
}

}  // namespace
}  // namespace forium::search
