// SPDX-License-Identifier: Apache-2.0
#include "gateway/ssr/document.h"

#include <gtest/gtest.h>

#include "proto/json/writer.h"

namespace forium::gateway {
namespace {

constexpr std::string_view kHtml =
    "<head><title>t</title></head><body><script id=\"props\"></script></body></html>";

TEST(DocumentTest, EverythingComesIntoItsPlace) {
  EXPECT_EQ(
      DocumentOf({.html = kHtml, .props = "{}", .head = "<link>", .foot = "<script/>"}, Texts()),
      "<head><title>t</title><link></head><body><script id=\"props\">{}</script><script/></body>"
      "</html>");
  EXPECT_EQ(DocumentOf({.html = kHtml, .props = "{}"}, Texts()),
            "<head><title>t</title></head><body><script id=\"props\">{}</script></body></html>");
}

TEST(DocumentTest, PropsDoNotEndTheirScript) {
  const std::string document = DocumentOf(
      {.html = kHtml, .props = R"({"title":"</script><!--<script>","rest":"<"})"}, Texts());
  EXPECT_NE(document.find(R"({"title":"\u003c/script>\u003c!--\u003cscript>","rest":"\u003c"})"),
            std::string::npos)
      << document;
}

TEST(DocumentTest, TextsStandInThePageAndNotInItsProps) {
  std::string json = "{\"title\":\"t\",\"html\":";
  json::AppendText("<p>\"text\"</p>", &json);
  json += "}";
  Texts texts;
  const std::string props = texts.Take(json);
  const std::string mark = props.substr(21, props.size() - 23);
  const std::string document =
      DocumentOf({.html = "<body>" + mark + std::string(kHtml), .props = props}, texts);
  EXPECT_EQ(document,
            "<body><p>\"text\"</p><head><title>t</title></head><body><script id=\"props\">"
            "{\"title\":\"t\",\"html\":\"\"}</script></body></html>");
}

TEST(DocumentTest, MalformedPropsBecomeText) {
  EXPECT_NE(DocumentOf({.html = kHtml, .props = "{\"q\":\"a\xFF<\"}"}, Texts())
                .find("{\"q\":\"a\xEF\xBF\xBD\\u003c\"}"),
            std::string::npos);
}

TEST(DocumentTest, WhatHasNoPlaceIsLeftOut) {
  EXPECT_EQ(DocumentOf({.html = "plain", .props = "{}", .head = "<link>", .foot = "!"}, Texts()),
            "plain!");
}

}  // namespace
}  // namespace forium::gateway
