// SPDX-License-Identifier: Apache-2.0
// Posts as words, as Markdown and as structured data.
#include <boost/json.hpp>
#include <random>

#include "gateway/found/html_reader.h"
#include "gateway/found/markdown.h"
#include "gateway/found/plain_text.h"
#include "gateway/found/structured_data.h"
#include "gateway/found/topic_document.h"
#include "gateway/found/topic_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/forium/forum/v1/topics.json.h"

namespace forium::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kBase = "https://f.example";

std::string Markdown(std::string_view html) { return MarkdownOf(html, kBase); }

TEST(WordsTest, AreOneLineOfText) {
  EXPECT_EQ(WordsOf("<p>One <em>tw</em>o &amp; &#39;three&#x27;</p>\n<ul><li>four</li></ul>", 100),
            "One two & 'three' four");
  EXPECT_EQ(WordsOf("<p>ü🦊ßé</p>", 2), "ü🦊…");
  EXPECT_EQ(WordsOf("<p>ab</p>", 2), "ab");
  EXPECT_EQ(Shortened("a\nb\x01 c", 10), "a b c");
}

TEST(WordsTest, LinksBecomeAbsoluteInTagsOnly) {
  EXPECT_EQ(
      WithAbsoluteLinks("<a href=\"/t/a/1\">href=\"/x</a><img src=\"/i.png\" alt=\"\">", kBase),
      "<a href=\"https://f.example/t/a/1\">href=\"/x</a>"
      "<img src=\"https://f.example/i.png\" alt=\"\">");
  EXPECT_EQ(WithAbsoluteLinks("<a href=\"//g.example/\">x</a>", kBase),
            "<a href=\"//g.example/\">x</a>");
}

TEST(MarkdownTest, SaysWhatTheHtmlSays) {
  EXPECT_EQ(Markdown("<h2>Why</h2><p>A <strong>b</strong> <em>c</em> <del>d</del><br>next</p><hr>"),
            "## Why\n\nA **b** *c* ~~d~~\\\nnext\n\n---");
  EXPECT_EQ(
      Markdown(
          "<ul><li>one</li><li>two<ol start=\"3\"><li>x</li><li>y</li></ol></li></ul><p>z</p>"),
      "- one\n- two\n  3. x\n  4. y\n\nz");
  EXPECT_EQ(Markdown("<p>See:</p><ul><li><p>one</p><p>more</p></li></ul>"),
            "See:\n\n- one\n\n  more");
  EXPECT_EQ(Markdown("<blockquote class=\"quote\"><p>a</p><p>b</p></blockquote><p>c</p>"),
            "> a\n>\n> b\n\nc");
  EXPECT_EQ(
      Markdown("<p><a href=\"/u/anna\">@anna</a> <img src=\"/i (1).png\" alt=\"An image\"></p>"),
      "[@anna](https://f.example/u/anna) ![An image](https://f.example/i%20%281%29.png)");
  EXPECT_EQ(Markdown("<ul><li class=\"task\"><label><input type=\"checkbox\" checked disabled> done"
                     "</label></li></ul>"),
            "- [x] done");
  EXPECT_EQ(Markdown("<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2"
                     "</td></tr></tbody></table>"),
            "| a | b |\n| --- | --- |\n| 1 | 2 |");
}

TEST(MarkdownTest, CodeStaysAsItIs) {
  EXPECT_EQ(Markdown("<pre><code class=\"language-cpp\"><span class=\"tok-k\">int</span> a*b*c;\n"
                     "  # &lt;x&gt;\n</code></pre>"),
            "```cpp\nint a*b*c;\n  # <x>\n```");
  EXPECT_EQ(Markdown("<pre><code>```\nx</code></pre>"), "````\n```\nx\n````");
  EXPECT_EQ(Markdown("<p><code>a`b_c</code></p>"), "``a`b_c``");
}

// Posts of strangers stand between our own headings.
TEST(MarkdownTest, TextDoesNotBecomeStructure) {
  EXPECT_EQ(Markdown("<p># 2 · admin</p>"), "\\# 2 · admin");
  EXPECT_EQ(Markdown("<p>x<br>## 2</p>"), "x\\\n\\## 2");
  EXPECT_EQ(Markdown("<p>---</p><p>1. a</p><p>&gt; b</p><p>===</p>"),
            "\\---\n\n1\\. a\n\n\\> b\n\n\\===");
  EXPECT_EQ(Markdown("<p>[x](javascript:a) *y* &lt;b&gt; snake_case _z_ `c` | d</p>"),
            "\\[x\\](javascript:a) \\*y\\* \\<b> snake_case \\_z\\_ \\`c\\` \\| d");
  EXPECT_EQ(Markdown("<a href=\"https://g.example/)\n# x\">y</a>"),
            "[y](https://g.example/%29%0A#%20x)");
}

TEST(MarkdownTest, AnyBytesEndSoon) {
  std::mt19937 random(17);
  const std::vector<std::string> parts = {
      "<p>", "</p>", "<ul>",         "<li>",    "</ul>", "<pre>",      "<code",
      ">",   "\"",   "</pre>",       "&#x",     "&",     "<a href=\"", "</a>",
      "<",   "/",    "<td>",         "</tr>",   "x",     "\n",         "\\",
      "`",   "\xf0", "<blockquote>", "<table>", "="};
  for (int i = 0; i < 3000; ++i) {
    std::string html;
    for (int n = 0; n < 40; ++n) html += parts[random() % parts.size()];
    EXPECT_LE(Markdown(html).size(), html.size() * 20 + 100);
    WordsOf(html, 50);
    WithAbsoluteLinks(html, kBase);
  }
  std::string deep;
  for (int n = 0; n < 20'000; ++n) deep += "<blockquote><p>x</p>";
  EXPECT_LE(Markdown(deep).size(), deep.size() * 6);
}

forum::v1::Topic TopicOf(bool solved) {
  forum::v1::Topic topic;
  topic.set_id(17);
  topic.set_title("Why </script><b> \u202E]]>?");
  topic.set_slug("why");
  topic.set_author_id(5);
  topic.set_posts_count(3);
  topic.mutable_created_at()->set_seconds(1'600'000'000);
  topic.mutable_category()->set_name("General");
  topic.mutable_category()->set_slug("general");
  topic.add_tags("a&b");
  if (solved) topic.set_accepted_post_number(3);
  auto& author = *topic.add_authors();
  author.set_id(5);
  author.set_username("anna");
  author.set_display_name("Anna <b>");
  for (int number = 1; number <= 4; ++number) {
    auto& post = *topic.add_posts();
    post.set_number(number);
    post.set_author_id(number == 2 ? 0 : 5);
    post.set_html("<p>words of " + std::to_string(number) + " &lt;/script&gt;</p>");
    post.set_likes_count(number - 1);
    post.mutable_created_at()->set_seconds(1'600'000'000 + number);
    if (number == 4) post.set_kind(forum::v1::Post::SMALL_ACTION);
    post.set_accepted(solved && number == 3);
  }
  return topic;
}

boost::json::array GraphOf(const forum::v1::Topic& topic) {
  const std::string script = StructuredDataOf(topic, kBase, "https://f.example/t/why/17");
  const std::string begin = "<script type=\"application/ld+json\">";
  const std::string end = "</script>";
  EXPECT_TRUE(script.starts_with(begin) && script.ends_with(end));
  const std::string json = script.substr(begin.size(), script.size() - begin.size() - end.size());
  EXPECT_THAT(json, Not(HasSubstr("<")));
  return boost::json::parse(json).as_object().at("@graph").as_array();
}

TEST(StructuredDataTest, ADiscussionHasItsComments) {
  const auto graph = GraphOf(TopicOf(false));
  const auto& posting = graph[0].as_object();
  EXPECT_EQ(posting.at("@type"), "DiscussionForumPosting");
  EXPECT_EQ(posting.at("headline"), "Why </script><b> \u202E]]>?");
  EXPECT_EQ(posting.at("text"), "words of 1 </script>");
  EXPECT_EQ(posting.at("author").as_object().at("name"), "Anna <b>");
  EXPECT_EQ(posting.at("commentCount"), 2);
  const auto& comments = posting.at("comment").as_array();
  ASSERT_EQ(comments.size(), 2u);
  EXPECT_EQ(comments[0].as_object().at("text"), "words of 2 </script>");
  EXPECT_EQ(
      comments[1].as_object().at("interactionStatistic").as_object().at("userInteractionCount"), 2);
  const auto& crumbs = graph[1].as_object().at("itemListElement").as_array();
  EXPECT_EQ(crumbs[0].as_object().at("item"), "https://f.example/c/general");
  EXPECT_EQ(crumbs[1].as_object().at("position"), 2);
}

TEST(StructuredDataTest, ASolvedTopicIsAQuestion) {
  const auto page = GraphOf(TopicOf(true))[0].as_object();
  EXPECT_EQ(page.at("@type"), "QAPage");
  const auto& question = page.at("mainEntity").as_object();
  EXPECT_EQ(question.at("acceptedAnswer").as_object().at("text"), "words of 3 </script>");
  EXPECT_EQ(question.at("suggestedAnswer").as_array().size(), 1u);
  EXPECT_EQ(question.at("answerCount"), 2);
}

TEST(StructuredDataTest, WhatIsHiddenIsNotTold) {
  forum::v1::Topic topic = TopicOf(false);
  topic.mutable_posts(1)->set_state(forum::v1::HIDDEN);
  topic.mutable_posts(0)->clear_html();
  const auto posting = GraphOf(topic)[0].as_object();
  EXPECT_EQ(posting.at("comment").as_array().size(), 1u);
  EXPECT_EQ(posting.at("text"), "Why </script><b> \u202E]]>?");
}

TEST(StructuredDataTest, LongTextsAreReadFromTheirBeginning) {
  const auto shortened = [](const std::string& html) {
    const std::string json = boost::json::serialize(
        boost::json::object({{"html", html}, {"title", "html\":\""}, {"after", 1}}));
    const auto read = boost::json::parse(WithShortTexts(json)).as_object();
    EXPECT_EQ(read.at("title"), "html\":\"");
    EXPECT_EQ(read.at("after"), 1);
    return std::string(read.at("html").as_string());
  };
  EXPECT_EQ(shortened("<p>short \"one\" \\</p>"), "<p>short \"one\" \\</p>");
  EXPECT_EQ(shortened(""), "");
  EXPECT_LE(shortened(std::string(5000, 'x')).size(), 800u);
  EXPECT_EQ(shortened(std::string(700, 'x') + "<a href='" + std::string(500, 'y') + "'>z</a>"),
            std::string(700, 'x'));
  for (int shift = 0; shift < 8; ++shift) {
    std::string text(shift, 'x');
    for (int i = 0; i < 600; ++i) text += i % 2 == 0 ? "🦊" : "\"\n";
    EXPECT_TRUE(text.starts_with(shortened(text)));
  }
}

TEST(TopicReaderTest, WhatIsToldOfATopicComesThroughItsJson) {
  for (const bool solved : {false, true}) {
    forum::v1::Topic topic = TopicOf(solved);
    topic.mutable_posts(1)->set_state(forum::v1::HIDDEN);
    topic.mutable_posts(2)->set_html("<p>\"Ünï\" \\ \n \x01 🦊 &lt;</p>" +
                                     std::string(2000, 'x'));
    topic.mutable_posts(2)->mutable_created_at()->set_nanos(120'000'000);
    topic.mutable_category()->set_color("E45735");
    std::string json;
    AppendJson(topic, &json);
    const auto read = ReadTopic(json);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(GraphOf(*read), GraphOf(topic));
    EXPECT_EQ(read->category().color(), "E45735");
    EXPECT_EQ(read->authors(0).display_name(), "Anna <b>");
    EXPECT_LE(read->posts(2).html().size(), 800u);
  }
}

TEST(TopicReaderTest, OtherJsonIsAnError) {
  EXPECT_FALSE(ReadTopic("").ok());
  EXPECT_FALSE(ReadTopic("[]").ok());
  EXPECT_FALSE(ReadTopic("{\"posts\":[{\"html\":\"x").ok());
  EXPECT_TRUE(ReadTopic("{\"posts\":7,\"title\":null,\"category\":[]}").ok());
}

TEST(StructuredDataTest, TagsOfTheHeadStayTags) {
  const std::string head = HeadOf({.type = "article",
                                   .image = "https://f.example/preview/t-17.png?\"><b>",
                                   .alternates = {{"application/feed+json", "/feed.json?a&b"}}});
  EXPECT_THAT(head, HasSubstr("href=\"/feed.json?a&amp;b\""));
  EXPECT_THAT(head, HasSubstr("&quot;&gt;&lt;b&gt;"));
}

TEST(TopicDocumentTest, PostsFollowWithTheirAuthors) {
  forum::v1::Topic topic = TopicOf(true);
  forum::v1::ListPostsResponse posts;
  *posts.mutable_posts() = topic.posts();
  *posts.mutable_authors() = topic.authors();
  const std::string text = MarkdownOf(TopicDocument{.topic = &topic,
                                                    .posts = &posts,
                                                    .base = std::string(kBase),
                                                    .address = "https://f.example/t/why/17",
                                                    .next = 101});
  EXPECT_TRUE(text.starts_with("# Why \\</script>")) << text;
  EXPECT_THAT(text, HasSubstr("## 1 · Anna \\<b> (@anna) · 2020-09-13T12:26:41Z\n\nwords of 1"));
  EXPECT_THAT(text, HasSubstr("## 2 · – · "));
  EXPECT_THAT(text, HasSubstr("· solution · likes 2"));
  EXPECT_THAT(text, HasSubstr("- Solved by post: 3\n"));
  EXPECT_THAT(text, HasSubstr("Next: <https://f.example/t/why/17.md?from=101>"));
  EXPECT_THAT(text, Not(HasSubstr("## 4")));
}

TEST(LlmsTextTest, BeginsWithTheNameAndListsWhatThereIs) {
  const std::string text =
      LlmsTextOf({.name = "Our [place]",
                  .description = "All\nof it",
                  .base = std::string(kBase),
                  .categories = {{"General", "https://f.example/c/general", ""}},
                  .topics = {}});
  EXPECT_TRUE(text.starts_with("# Our \\[place\\]\n\n> All of it\n\n")) << text;
  EXPECT_THAT(text, HasSubstr("## Categories\n\n- [General](https://f.example/c/general)\n"));
  EXPECT_THAT(text, Not(HasSubstr("## Latest topics")));
}

}  // namespace
}  // namespace forium::gateway
