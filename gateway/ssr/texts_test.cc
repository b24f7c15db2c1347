// SPDX-License-Identifier: Apache-2.0
#include "gateway/ssr/texts.h"

#include <gtest/gtest.h>

#include "proto/json/writer.h"

namespace forium::gateway {
namespace {

std::string Put(const Texts& texts, std::string_view html) {
  std::string out;
  texts.Put(html, out);
  return out;
}

std::string Member(std::string_view html) {
  std::string json = "{\"html\":";
  json::AppendText(html, &json);
  return json + "}";
}

// What stands for the text while the page is made.
std::string MarkIn(const std::string& json) {
  const size_t begin = json.find(":\"") + 2;
  return json.substr(begin, json.rfind('"') - begin);
}

TEST(TextsTest, TextsComeBackWhereTheirMarksStand) {
  for (const std::string text : {"<p>plain</p>", "quotes \" and \\ and \\\" at the end \\",
                                 "lines\n\ttabs\r\b\f", "\x01\x1f low", "ünïcödé 岩 🙂"}) {
    Texts texts;
    const std::string taken = texts.Take(Member(text));
    EXPECT_EQ(taken.find(text), std::string::npos);
    EXPECT_EQ(Put(texts, "<div>" + MarkIn(taken) + "</div>"), "<div>" + text + "</div>");
  }
}

TEST(TextsTest, EachHasItsOwnMark) {
  Texts texts;
  const std::string first = MarkIn(texts.Take(Member("one")));
  const std::string second = MarkIn(texts.Take(Member("two")));
  EXPECT_EQ(Put(texts, second + "," + first + "," + second), "two,one,two");
}

TEST(TextsTest, OtherMembersAndEmptyTextsStay) {
  Texts texts;
  const std::string json = R"({"raw":"say \"html\":\"x\"","html":"","title":"<b>"})";
  EXPECT_EQ(texts.Take(json), json);
}

TEST(TextsTest, AMarkInATextIsText) {
  Texts texts;
  const std::string mark = MarkIn(texts.Take(Member("one")));
  const std::string other = MarkIn(texts.Take(Member("two " + mark)));
  EXPECT_EQ(Put(texts, other), "two " + mark) << "what was put in is not looked through again";
}

TEST(TextsTest, UnknownMarksVanish) {
  Texts texts;
  const std::string mark = MarkIn(texts.Take(Member("one")));
  EXPECT_EQ(Put(Texts(), "a" + mark + "b"), "ab");
}

}  // namespace
}  // namespace forium::gateway
