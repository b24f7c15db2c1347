// SPDX-License-Identifier: Apache-2.0
#include "services/forum/markdown/markdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/base/status/status.h"
#include "services/forum/markdown/safe_html.h"
#include "services/forum/markdown/text.h"

namespace forium::markdown {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Cooked CookOk(std::string_view raw, const CookOptions& options = {}) {
  auto cooked = Cook(raw, options);
  EXPECT_TRUE(cooked.ok()) << cooked.status();
  return cooked.ok() ? *std::move(cooked) : Cooked{};
}

std::string Html(std::string_view raw) { return CookOk(raw).html; }

struct Example {
  std::string_view raw, html;
};

class Dialect : public ::testing::TestWithParam<Example> {};

TEST_P(Dialect, CooksAsWritten) { EXPECT_EQ(Html(GetParam().raw), GetParam().html); }

INSTANTIATE_TEST_SUITE_P(
    Text, Dialect,
    ::testing::Values(
        Example{"", ""}, Example{"one\n\ntwo", "<p>one</p>\n<p>two</p>\n"},
        Example{"a line\n  and the next", "<p>a line<br>\nand the next</p>\n"},
        Example{"*em* **strong** ***both*** ~~gone~~",
                "<p><em>em</em> <strong>strong</strong> <em><strong>both</strong></em> "
                "<del>gone</del></p>\n"},
        Example{"snake_case_name and 2 * 3 * 4", "<p>snake_case_name and 2 * 3 * 4</p>\n"},
        Example{"`a <b> & c`", "<p><code>a &lt;b&gt; &amp; c</code></p>\n"},
        Example{"# Title #\nText", "<h1>Title</h1>\n<p>Text</p>\n"},
        Example{"#C++ is no title", "<p>#C++ is no title</p>\n"},
        Example{"Title\n---\n***", "<h2>Title</h2>\n<hr>\n"},
        Example{"\\*not em\\* &amp; &copy; &#x41;", "<p>*not em* &amp; © A</p>\n"},
        Example{"&lt;b&gt; &nosuchname; &", "<p>&lt;b&gt; &nosuchname; &amp;</p>\n"},
        Example{"> quoted\nlazily", "<blockquote>\n<p>quoted<br>\nlazily</p>\n</blockquote>\n"}));

INSTANTIATE_TEST_SUITE_P(
    Lists, Dialect,
    ::testing::Values(
        Example{"- a\n- b\n  - c",
                "<ul>\n<li>a</li>\n<li>b\n<ul>\n<li>c</li>\n</ul></li>\n</ul>\n"},
        Example{"3. a\n4. b", "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n"},
        Example{"- a\n\n- b", "<ul>\n<li><p>a</p></li>\n<li><p>b</p></li>\n</ul>\n"},
        Example{"In 1999\n2000. came", "<p>In 1999<br>\n2000. came</p>\n"},
        Example{
            "- [ ] open\n- [x] done",
            "<ul>\n<li class=\"task\"><label><input type=\"checkbox\" disabled> open</label></li>\n"
            "<li class=\"task\"><label><input type=\"checkbox\" checked disabled> "
            "done</label></li>\n</ul>\n"},
        Example{"- [x](/y)", "<ul>\n<li><a href=\"/y\">x</a></li>\n</ul>\n"}));

INSTANTIATE_TEST_SUITE_P(
    Code, Dialect,
    ::testing::Values(
        Example{"```\nint a;\n```", "<pre tabindex=\"0\"><code>int a;\n</code></pre>\n"},
        Example{"    indented\n\n    more",
                "<pre tabindex=\"0\"><code>indented\n\nmore\n</code></pre>\n"},
        Example{
            "```C++\nint a; // b\n```",
            "<pre tabindex=\"0\"><code class=\"language-cpp\"><span class=\"tok-k\">int</span> a; "
            "<span class=\"tok-c\">// b</span>\n</code></pre>\n"},
        Example{"[code]\n*a* <b>\n[/code]",
                "<pre tabindex=\"0\"><code>*a* &lt;b&gt;\n</code></pre>\n"},
        Example{"[code]x\ny", "<p>[code]x<br>\ny</p>\n"},
        Example{"see [code]x[/code] here", "<p>see <code>x</code> here</p>\n"},
        Example{"```\" onclick=\"x\ny\n```", "<pre tabindex=\"0\"><code>y\n</code></pre>\n"},
        Example{"```\n[quote]\n```\n[/quote]",
                "<pre tabindex=\"0\"><code>[quote]\n</code></pre>\n<p>[/quote]</p>\n"}));

INSTANTIATE_TEST_SUITE_P(
    Tables, Dialect,
    ::testing::Values(
        Example{"|a|b|\n|-|:-:|\n|1|`x\\|y`|\n|2|",
                "<div class=\"table\" role=\"group\" tabindex=\"0\"><table>\n<thead>\n<tr><th "
                "scope=\"col\">a</th>"
                "<th scope=\"col\" "
                "class=\"align-center\">b</th></tr>\n</thead>\n<tbody>\n<tr><td>1</td>"
                "<td class=\"align-center\"><code>x|y</code></td></tr>\n<tr><td>2</td><td "
                "class=\"align-center\"></td></tr>\n"
                "</tbody>\n</table></div>\n"},
        Example{"a|b\n-|-|-", "<p>a|b<br>\n-|-|-</p>\n"}));

constexpr std::string_view kExternal = " rel=\"nofollow ugc noopener\"";

TEST(LinksTest, ExternalLinksAreNofollow) {
  EXPECT_EQ(Html("[a](https://x.org \"t\")"),
            "<p><a href=\"https://x.org\" title=\"t\" rel=\"nofollow ugc noopener\">a</a></p>\n");
  EXPECT_EQ(Html("[a][r] [r]\n\n[r]: http://x.org"),
            "<p><a href=\"http://x.org\" rel=\"nofollow ugc noopener\">a</a> "
            "<a href=\"http://x.org\" rel=\"nofollow ugc noopener\">r</a></p>\n");
}

TEST(LinksTest, LinksWithinTheSiteAreNot) {
  const CookOptions options{.site_host = "forum.example.org"};
  EXPECT_THAT(CookOk("https://forum.example.org/t/a/1 [b](/c) [d](#e)", options).html,
              Not(HasSubstr(kExternal)));
  EXPECT_THAT(CookOk("https://forum.example.org.evil.org/", options).html, HasSubstr(kExternal));
  EXPECT_THAT(CookOk("[a](//evil.org/)", options).html, HasSubstr(kExternal));
  EXPECT_THAT(CookOk("https://forum.example.org@evil.org/", options).html, HasSubstr(kExternal));
}

TEST(LinksTest, BareAddressesBecomeLinks) {
  EXPECT_THAT(Html("see http://x.org/a_b_(c)?d=1&e, ok"),
              HasSubstr("<a href=\"http://x.org/a_b_(c)?d=1&amp;e\""));
  EXPECT_THAT(Html("(https://x.org/a)."), HasSubstr("\"https://x.org/a\""));
  EXPECT_THAT(Html("www.example.org/x"), HasSubstr("\"http://www.example.org/x\""));
  EXPECT_THAT(Html("**https://x.org**"), HasSubstr("<strong><a href=\"https://x.org\""));
  EXPECT_THAT(Html("me@example.org"), HasSubstr("\"mailto:me@example.org\""));
  EXPECT_THAT(Html("<https://x.org/?a=[b]>"), HasSubstr(">https://x.org/?a=[b]</a>"));
  EXPECT_THAT(Html("xhttp://a"), Not(HasSubstr("<a")));
  EXPECT_THAT(Html("`http://a.b`"), Not(HasSubstr("<a")));
}

TEST(LinksTest, LinksDoNotNest) {
  EXPECT_EQ(Html("[a http://x.org @bob](/b)"), "<p><a href=\"/b\">a http://x.org @bob</a></p>\n");
  EXPECT_THAT(Html("[a [b](/c) d](/e)"), Not(HasSubstr("/e\"")));
  EXPECT_EQ(Html("[url=/a]x [b](/c)[/url]"), "<p><a href=\"/a\">x b</a></p>\n");
}

TEST(ImagesTest, SizesComeFromTheAlternativeText) {
  EXPECT_EQ(
      Html("![cat|690x388](/c.png)"),
      "<p><img src=\"/c.png\" alt=\"cat\" width=\"690\" height=\"388\" loading=\"lazy\"></p>\n");
  EXPECT_THAT(Html("![cat|690x388, 50%](/c.png)"), HasSubstr("width=\"345\" height=\"194\""));
  EXPECT_THAT(Html("![a|99999999x1](/c.png)"), HasSubstr("alt=\"a|99999999x1\" loading"));
  EXPECT_EQ(Html("[img]https://x.org/a.png[/img]"),
            "<p><img src=\"https://x.org/a.png\" alt=\"\" loading=\"lazy\"></p>\n");
}

TEST(ImagesTest, WhatCannotBeShownIsText) {
  EXPECT_EQ(Html("![up|10x10](upload://a.png)"), "<p>up</p>\n");
  EXPECT_EQ(Html("![x](data:image/png;base64,AA)"), "<p>x</p>\n");
  EXPECT_EQ(Html("![\"><script>](/a.png)"),
            "<p><img src=\"/a.png\" alt=\"&quot;&gt;&lt;script&gt;\" loading=\"lazy\"></p>\n");
}

TEST(QuotesTest, CarryTheirSource) {
  EXPECT_EQ(
      Html("[quote=\"ann, post:3, topic:223\"]\n*hi*\n[/quote]\nyes"),
      "<blockquote class=\"quote\" data-username=\"ann\" data-post=\"3\" data-topic=\"223\">\n"
      "<cite><a "
      "href=\"/t/-/223/3\">ann</a></cite>\n<p><em>hi</em></p>\n</blockquote>\n<p>yes</p>\n");
}

TEST(QuotesTest, NestAndStandInOneLine) {
  EXPECT_EQ(Html("[quote=ann][quote=\"bob\"]x[/quote]y[/quote]z"),
            "<blockquote class=\"quote\" data-username=\"ann\">\n<cite>ann</cite>\n"
            "<blockquote class=\"quote\" "
            "data-username=\"bob\">\n<cite>bob</cite>\n<p>x</p>\n</blockquote>\n"
            "<p>y</p>\n</blockquote>\n<p>z</p>\n");
}

TEST(QuotesTest, AreTextWithoutTheirEnd) {
  EXPECT_EQ(Html("[quote=\"ann\"]\nhi"), "<p>[quote=\"ann\"]<br>\nhi</p>\n");
  EXPECT_EQ(Html("hi\n[/quote]"), "<p>hi<br>\n[/quote]</p>\n");
  EXPECT_EQ(Html("a [quote]b[/quote]"), "<p>a [quote]b[/quote]</p>\n");
}

TEST(QuotesTest, MayStandInBlockQuotesAndHoldLists) {
  EXPECT_EQ(Html("> [quote]\n> a\n> [/quote]"),
            "<blockquote>\n<blockquote class=\"quote\">\n<p>a</p>\n</blockquote>\n</blockquote>\n");
  EXPECT_EQ(Html("[quote]\n- a\n[/quote]\nb"),
            "<blockquote class=\"quote\">\n<ul>\n<li>a</li>\n</ul>\n</blockquote>\n<p>b</p>\n");
}

TEST(QuotesTest, NamesAreEscaped) {
  const std::string html = Html("[quote=\"<img src=x onerror=alert(1)>\"\"]\na\n[/quote]");
  EXPECT_THAT(html, Not(HasSubstr("<img")));
  EXPECT_EQ(UnsafePart(html), "");
}

TEST(SpoilersTest, InlineAndBlock) {
  constexpr std::string_view kInline =
      "<p>a <span class=\"spoiler\" tabindex=\"0\">b <em>c</em></span> d</p>\n";
  EXPECT_EQ(Html("a [spoiler]b *c*[/spoiler] d"), kInline);
  EXPECT_EQ(Html("a ||b *c*|| d"), kInline);
  EXPECT_EQ(Html("[spoiler]\n- b\n[/spoiler]"),
            "<details "
            "class=\"spoiler\"><summary>Spoiler</summary>\n<ul>\n<li>b</li>\n</ul>\n</details>\n");
  EXPECT_EQ(Html("[details=\"More\"]\nb\n[/details]"),
            "<details><summary>More</summary>\n<p>b</p>\n</details>\n");
}

TEST(SpoilersTest, OrOfProgrammersIsNone) {
  EXPECT_EQ(Html("a || b || c and x||y||z"), "<p>a || b || c and x||y||z</p>\n");
}

TEST(SpoilersTest, CrossedMarksStayNested) {
  EXPECT_EQ(Html("*a [spoiler]b* c[/spoiler]"), "<p><em>a [spoiler]b</em> c[/spoiler]</p>\n");
}

TEST(MentionsTest, AreLinkedAndReportedOnce) {
  const Cooked cooked = CookOk("@Bob_S hi @bob_s, @al.x. not me@x.org `@code` [@link](/x)");
  EXPECT_THAT(cooked.mentions, ElementsAre("bob_s", "al.x"));
  EXPECT_THAT(cooked.html, HasSubstr("<a class=\"mention\" href=\"/u/bob_s\">@Bob_S</a> hi"));
  EXPECT_THAT(cooked.html, HasSubstr("<code>@code</code>"));
}

TEST(MentionsTest, InQuotesTellNobody) {
  const Cooked cooked = CookOk("[quote=\"x\"]\n@bob\n[/quote]\nyes");
  EXPECT_THAT(cooked.mentions, IsEmpty());
  EXPECT_THAT(cooked.html, HasSubstr("/u/bob"));
}

TEST(MentionsTest, OfNobodyAreText) {
  const CookOptions options{.is_user = [](std::string_view name) { return name == "ann"; }};
  const Cooked cooked = CookOk("@Ann @property", options);
  EXPECT_THAT(cooked.mentions, ElementsAre("ann"));
  EXPECT_THAT(cooked.html, EndsWith("</a> @property</p>\n"));
}

TEST(EmojiTest, NamesAndEmoticons) {
  EXPECT_EQ(Html(":smile: :+1: :+1:t3: :nosuch: `:smile:`"),
            "<p>😄 👍 👍🏼 :nosuch: <code>:smile:</code></p>\n");
  EXPECT_EQ(Html("fine :) and ;-)"), "<p>fine 🙂 and 😉</p>\n");
  EXPECT_EQ(Html("std::vector::x 10:30:45 f(:)"), "<p>std::vector::x 10:30:45 f(:)</p>\n");
}

TEST(PlainTagsTest, ASmallSetWithoutAttributesPasses) {
  EXPECT_EQ(Html("<kbd>a</kbd> H<sub>2</sub> <b>x *y*</b>"),
            "<p><kbd>a</kbd> H<sub>2</sub> <b>x <em>y</em></b></p>\n");
  EXPECT_EQ(Html("[b]x[/b] [i]y[/i] [u]z[/u]"), "<p><strong>x</strong> <em>y</em> <u>z</u></p>\n");
  EXPECT_EQ(Html("<b>open </i> <b x=y>"), "<p>&lt;b&gt;open &lt;/i&gt; &lt;b x=y&gt;</p>\n");
  EXPECT_EQ(Html("a<br>b<br/>c"), "<p>a<br>\nb<br>\nc</p>\n");
  EXPECT_EQ(Html("[b](x)[/b] [b](/x)"), "<p><strong>(x)</strong> <a href=\"/x\">b</a></p>\n");
  EXPECT_EQ(Html("a[i] = b[i];"), "<p>a[i] = b[i];</p>\n");
}

TEST(ExcerptTest, IsPlainTextOfBoundedLength) {
  EXPECT_EQ(
      CookOk(
          "# A *b*\n\n[quote]\nq\n[/quote]\n> c\n\n- d `e` &amp; <f>\n\n```\ng\n```\n||h|| :smile:")
          .excerpt,
      "A b d e & <f> 😄");
  std::string text;
  for (int i = 0; i < 400; ++i) text += "é";
  const std::string excerpt = CookOk(text).excerpt;
  EXPECT_LE(
      std::count_if(excerpt.begin(), excerpt.end(), [](char c) { return (c & 0xC0) != 0x80; }),
      300);
  EXPECT_THAT(excerpt, EndsWith("é…"));
}

TEST(CookTest, SaysWhetherThereIsCode) {
  EXPECT_TRUE(CookOk("```\nx\n```").has_code);
  EXPECT_FALSE(CookOk("`x`").has_code);
}

TEST(CookTest, RefusesTooLongTexts) {
  EXPECT_TRUE(Cook(std::string(kMaxRawBytes, 'a'), {}).ok());
  const auto refused = Cook(std::string(kMaxRawBytes + 1, 'a'), {});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status::ReasonOf(refused.status()), type::v1::TEXT_TOO_LONG);
}

TEST(CookTest, BrokenTextBecomesValid) {
  EXPECT_EQ(Html(std::string_view("a\0b\xff\xc3 \xed\xa0\x80\r\nc\x07", 13)),
            "<p>a\uFFFDb\uFFFD\uFFFD \uFFFD\uFFFD\uFFFD<br>\nc\uFFFD</p>\n");
}

// What attackers try first.
TEST(CookTest, ScriptNeverPasses) {
  constexpr std::string_view kAttacks[] = {
      "<script>alert(1)</script>",
      "<img src=x onerror=alert(1)>",
      "<svg/onload=alert(1)>",
      "<svg><script>alert(1)</script></svg>",
      "<iframe src=javascript:alert(1)>",
      "<a href=\"javascript:alert(1)\">x</a>",
      "[x](javascript:alert(1))",
      "[x](JaVaScRiPt:alert(1))",
      "[x](java\tscript:alert(1))",
      "[x](<java\nscript:alert(1)>)",
      "[x](java&Tab;script&colon;alert(1))",
      "[x](&#106;avascript:alert(1))",
      "[x](&#x6A&#x61vascript:alert(1))",
      "[x]( javascript:alert(1))",
      "[x](\x01javascript:alert(1))",
      "[x](vbscript:x)",
      "[x](data:text/html;base64,PHNjcmlwdD4=)",
      "[x](//x\" onclick=\"alert(1))",
      "[x](http://a \"b\\\" onclick=\\\"alert(1)\")",
      "![x](javascript:alert(1))",
      "![x](data:image/svg+xml,<svg onload=alert(1)>)",
      "![\" onerror=\"alert(1)](x)",
      "[x]: javascript:alert(1)\n\n[x]",
      "<javascript:alert(1)>",
      "<http://a\"onclick=\"alert(1)>",
      "http://a\"onclick=\"alert(1)",
      "http://a'onclick='alert(1)//",
      "[url=javascript:alert(1)]x[/url]",
      "[url=\"http://a\" onclick=\"x\"]x[/url]",
      "[url]javascript:alert(1)[/url]",
      "[img]javascript:alert(1)[/img]",
      "[img]http://a\" onerror=\"alert(1)[/img]",
      "[quote=\"\\\" onclick=\\\"alert(1)\"]\nx\n[/quote]",
      "[quote='><script>alert(1)</script>']x[/quote]",
      "[details=<script>alert(1)</script>]\nx\n[/details]",
      "@a\"onclick=alert(1)",
      "@<script>alert(1)</script>",
      "```\"><script>alert(1)</script>\nx\n```",
      "```html\n<script>alert(1)</script>\n```",
      "`<script>alert(1)</script>`",
      "|<script>|\n|-|\n|<img src=x onerror=alert(1)>|",
      "<b onmouseover=alert(1)>x</b>",
      "<b\nonclick=x>y</b>",
      "<b><script></b>alert(1)</script>",
      "<!--<img src=\"--><img src=x onerror=alert(1)//\">",
      "<style>@import 'x'</style>",
      "<math><mi//xlink:href=\"data:x,<script>alert(4)</script>\">",
      "<a href=`javascript:alert(1)`>",
      "&lt;script&gt;alert(1)&lt;/script&gt;",
      "&amp;lt;script&amp;gt;",
      "<scr<script>ipt>alert(1)</scr</script>ipt>",
      "<img \"\"\"><script>alert(1)</script>\">",
      "\\<script>alert(1)\\</script>",
      "<div style=\"background:url(javascript:alert(1))\">",
      "<input autofocus onfocus=alert(1)>",
      "<form><button formaction=javascript:alert(1)>x",
      "<base href=//evil>",
      "<meta http-equiv=refresh content=0>",
      "<link rel=stylesheet href=//evil>",
      "[a](<b>\"<script>)",
      "\xe2\x80\xa8<script>x",
      "<plaintext>",
      "<xmp><script>alert(1)</script>",
      "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
      "[x](feed:javascript:alert(1))",
      "[x](//javascript:alert(1))",
      "[x](\\javascript:alert(1))",
      "[x](j\\avascript:alert(1))",
      "http://x.org/<script>alert(1)</script>"};
  for (const std::string_view attack : kAttacks) {
    const std::string html = Html(attack);
    EXPECT_EQ(UnsafePart(html), "") << attack << "\n" << html;
    EXPECT_THAT(html, Not(HasSubstr("<script"))) << attack;
  }
}

}  // namespace
}  // namespace forium::markdown
