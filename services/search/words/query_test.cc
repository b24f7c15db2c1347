// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/search/words/words.h"

namespace forium::search {
namespace {

// `runs*10 run*7 =run*7; …`: the forms of each term with ten times their weights; a phrase with +.
std::string Terms(std::string_view text, std::vector<Language> languages = {}) {
  Words words;
  std::vector<std::string> terms;
  for (const Term& term : words.SplitQuery(text, languages)) {
    std::vector<std::string> forms;
    for (const Form& form : term.forms) {
      forms.push_back(
          absl::StrCat(absl::StrJoin(form.tokens, "+"), "*", std::lround(form.weight * 10)));
    }
    terms.push_back(absl::StrJoin(forms, " "));
  }
  return absl::StrJoin(terms, "; ");
}

TEST(SplitQueryTest, AWordIsFoundByItsStems) {
  EXPECT_EQ(Terms("Runs fast"), "runs*10; fast*10");
  EXPECT_EQ(Terms("Runs", {Language::kEnglish}), "runs*10 run*7 =run*7");
  EXPECT_EQ(Terms("run", {Language::kEnglish, Language::kGerman, Language::kNone}),
            "run*10 =run*7");
}

TEST(SplitQueryTest, IdentifiersAreFoundWholeAndByTheirParts) {
  EXPECT_EQ(Terms("std::vector"), "std::vector*10 std+vector*8");
  EXPECT_EQ(Terms("GetComponent"), "getcomponent*10 get+component*8");
  EXPECT_EQ(Terms("C++ c#"), "c++*10; c#*10");
  EXPECT_EQ(Terms("0x80070005", {Language::kEnglish}), "0x80070005*10 =0x80070005*7");
  EXPECT_EQ(Terms("e-mail"), "e-mail*10 e+mail*8 email*7");
  EXPECT_EQ(Terms("2.4.1"), "2.4.1*10 2+4+1*8");
  EXPECT_EQ(Terms("https://example.org/t/foo"), "example+org+t+foo*10 example.org*3");
}

TEST(SplitQueryTest, OnlyPlainWordsCanBeCorrected) {
  Words words;
  const auto terms = words.SplitQuery("plain foo_bar 東京", {});
  ASSERT_EQ(terms.size(), 3u);
  EXPECT_TRUE(terms[0].plain);
  EXPECT_FALSE(terms[0].identifier);
  EXPECT_FALSE(terms[1].plain);
  EXPECT_TRUE(terms[1].identifier);
  EXPECT_EQ(terms[1].begin, 6u);
  EXPECT_EQ(terms[1].end, 13u);
  EXPECT_EQ(terms[1].text, "foo_bar");
  EXPECT_FALSE(terms[2].plain);
}

TEST(SplitQueryTest, ScriptsWithoutSpacesAreSegmented) {
  EXPECT_EQ(Terms("東京"), "東京*10");
  EXPECT_EQ(Terms("猫"), "猫*10");
  EXPECT_EQ(Terms("データベースの設定"), "データ+ータベ+タベー+ベース*10; 設定*10");
  EXPECT_EQ(Terms("数据库的配置"), "数据*10; 据库*10 库*10; 配置*10");
  EXPECT_EQ(Terms("の"), "の*10");
  EXPECT_EQ(Terms("のは"), "のは*10");
  EXPECT_EQ(Terms("หน้าจอ"), "หน้+น้า*10; จอ*10");
}

TEST(SplitQueryTest, KoreanParticlesMayBeLeftOut) {
  EXPECT_EQ(Terms("서버"), "서버*10");
  EXPECT_EQ(Terms("서버를"), "서버를*10 서버*8");
  EXPECT_EQ(Terms("서버에서는"), "서버에서는*10 서버에+버에서+에서는*9 서버에+버에서*8 서버*8");
}

// What a query looks for must be what a text gives: every term of a text as a query has a form
// whose tokens stand in a row in that text.
TEST(SplitQueryTest, ATextIsFoundByItself) {
  const std::string texts[] = {
      "The runner's code: std::unique_ptr<Foo> calls GetComponent() in foo_bar.cpp (C++20, .NET).",
      "Größenänderung über die Straße, l'été, naïve café, Łódź",
      "データベースの設定を変更すると、サーバーが再起動しません。",
      "如何在第二台服务器上配置数据库连接？",
      "서버에서 데이터베이스를 다시 시작하는 방법",
      "วิธีเปลี่ยนการตั้งค่าเซิร์ฟเวอร์ฐานข้อมูล",
      "https://docs.example.org/a/b_c?d=e /usr/local/bin a-b-c 1.2.3 x86_64 D3D11",
  };
  Words words;
  for (const std::string& text : texts) {
    std::vector<std::set<std::string>> at;
    words.Split(text, Language::kEnglish, [&](const Token& token) {
      if (at.size() <= static_cast<size_t>(token.position)) at.resize(token.position + 1);
      at[token.position].insert(std::string(token.text));
    });
    const auto stands = [&](const Form& form) {
      for (size_t i = 0; i + form.tokens.size() <= at.size(); ++i) {
        size_t j = 0;
        while (j < form.tokens.size() && at[i + j].contains(form.tokens[j])) ++j;
        if (j == form.tokens.size()) return true;
      }
      return false;
    };
    const auto terms = words.SplitQuery(text, {Language::kEnglish});
    EXPECT_GE(terms.size(), 3u);
    for (const Term& term : terms) {
      ASSERT_FALSE(term.forms.empty());
      EXPECT_TRUE(stands(term.forms[0])) << term.text << " in " << text;
    }
  }
}

}  // namespace
}  // namespace forium::search
