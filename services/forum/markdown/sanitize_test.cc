// SPDX-License-Identifier: Apache-2.0
#include "services/forum/markdown/sanitize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/base/status/status.h"
#include "services/forum/markdown/html_tree.h"
#include "services/forum/markdown/safe_html.h"

namespace forium::markdown {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Cooked SanitizeOk(std::string_view html) {
  auto clean = Sanitize(html, {});
  EXPECT_TRUE(clean.ok()) << clean.status();
  return clean.ok() ? *std::move(clean) : Cooked{};
}

std::string Clean(std::string_view html) { return SanitizeOk(html).html; }

TEST(SanitizeTest, KeepsTextAndPlainMarkup) {
  EXPECT_EQ(Clean("<p>a <em>b</em> <strong class=x>c</strong><br>d &amp; &lt;e&gt;</p>"),
            "<p>a <em>b</em> <strong>c</strong><br>\nd &amp; &lt;e&gt;</p>\n");
  EXPECT_EQ(Clean("<ol start=3><li>a</li></ol>"), "<ol start=\"3\">\n<li>a</li>\n</ol>\n");
}

TEST(SanitizeTest, QuotesCarryTheirSource) {
  const Cooked clean = SanitizeOk(
      "<aside class=\"quote no-group\" data-username=\"joe\" data-post=\"2\" "
      "data-topic=\"33\"><div class=\"title\">"
      "<img class=\"avatar\" src=\"/a.png\"> joe:</div><blockquote><p>words @x <a "
      "class=\"mention\" href=\"/u/ann\">@Ann</a></p>"
      "</blockquote></aside><p>reply</p>");
  EXPECT_EQ(clean.html,
            "<blockquote class=\"quote\" data-username=\"joe\" data-post=\"2\" data-topic=\"33\">\n"
            "<cite><a href=\"/t/-/33/2\">joe</a></cite>\n<p>words @x <a class=\"mention\" "
            "href=\"/u/ann\">@Ann</a></p>\n"
            "</blockquote>\n<p>reply</p>\n");
  EXPECT_EQ(clean.excerpt, "reply");
  EXPECT_TRUE(clean.mentions.empty());
}

TEST(SanitizeTest, OneboxesBecomeTheirLink) {
  EXPECT_EQ(Clean("<aside class=\"onebox\"><header class=\"source\"><a "
                  "href=\"https://a.b/c\">a.b</a></header>"
                  "<article><h3>T</h3><p>words</p></article></aside>"),
            "<p><a href=\"https://a.b/c\" rel=\"nofollow ugc noopener\">https://a.b/c</a></p>\n");
  EXPECT_THAT(Clean("<iframe src=\"https://v.org/1\"></iframe>"),
              HasSubstr("<a href=\"https://v.org/1\""));
  EXPECT_THAT(Clean("<div class=\"lazyYT\" data-youtube-id=\"abc\"></div>"),
              HasSubstr("youtube.com/watch?v=abc\""));
}

TEST(SanitizeTest, LightboxesBecomeTheOriginal) {
  EXPECT_EQ(Clean("<p><div class=\"lightbox-wrapper\"><a class=\"lightbox\" "
                  "href=\"https://x.org/orig.png\"><img src=\"https://x.org/small.png\" "
                  "alt=\"cat\" width=\"690\" height=\"381\" srcset=\"x\" onload=\"y\"><div "
                  "class=\"meta\">cat 12 kB</div></a></div></p>"),
            "<p><img src=\"https://x.org/orig.png\" alt=\"cat\" width=\"690\" height=\"381\" "
            "loading=\"lazy\"></p>\n");
}

TEST(SanitizeTest, EmojiImagesBecomeCharacters) {
  EXPECT_EQ(Clean("<img title=\":smile:\" class=\"emoji\" src=x><img class=\"emoji only-emoji\" "
                  "alt=\":nosuch:\">"),
            "😄:nosuch:");
}

TEST(SanitizeTest, MentionsAreReported) {
  const Cooked clean = SanitizeOk(
      "<p><a class=\"mention\" href=\"https://evil.org\">@Bob</a> <span "
      "class=\"mention\">@no</span></p>");
  EXPECT_EQ(clean.html, "<p><a class=\"mention\" href=\"/u/bob\">@Bob</a> @no</p>\n");
  EXPECT_THAT(clean.mentions, ElementsAre("bob"));
}

TEST(SanitizeTest, CodeIsHighlightedAnew) {
  const Cooked clean = SanitizeOk(
      "<pre><code class=\"lang-cpp hljs\"><span onclick=x>int</span> a &lt; b;</code></pre>");
  EXPECT_EQ(clean.html,
            "<pre tabindex=\"0\"><code class=\"language-cpp\"><span class=\"tok-k\">int</span> a "
            "&lt; b;</code></pre>\n");
  EXPECT_TRUE(clean.has_code);
  EXPECT_EQ(Clean("<pre><code class=\"lang-auto\">if</code></pre>"),
            "<pre tabindex=\"0\"><code>if</code></pre>\n");
}

TEST(SanitizeTest, TablesAndSpoilers) {
  EXPECT_THAT(Clean("<table><tr><td style=\"text-align:right\">1</td></tr></table>"),
              HasSubstr("<td class=\"align-right\">1</td>"));
  EXPECT_EQ(Clean("<span class=\"spoiler\">x</span>"),
            "<span class=\"spoiler\" tabindex=\"0\">x</span>");
  EXPECT_EQ(Clean("<details open ontoggle=x><summary>S</summary>y</details>"),
            "<details><summary>S</summary>\ny</details>\n");
}

TEST(SanitizeTest, ExternalLinksAreNofollow) {
  EXPECT_EQ(Clean("<a href=\"https://x.org\" target=_top rel=follow style=x id=y>z</a>"),
            "<a href=\"https://x.org\" rel=\"nofollow ugc noopener\">z</a>");
  EXPECT_EQ(Clean("<a href=\"javascript:alert(1)\">z</a>"), "z");
}

TEST(SanitizeTest, ScriptNeverPasses) {
  constexpr std::string_view kAttacks[] = {
      "<script>alert(1)</script>",
      "<scr<script>ipt>alert(1)</script>",
      "<img src=x onerror=alert(1)>",
      "<img src=javascript:alert(1)>",
      "<img src=\"data:image/svg+xml,<svg onload=alert(1)>\">",
      "<svg/onload=alert(1)>",
      "<svg><a xlink:href=javascript:alert(1)>x</a></svg>",
      "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 "
      "onerror=alert(1)&gt;\">",
      "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
      "<a href=\"java&#10;script:alert(1)\">x</a>",
      "<a href=\" &#14; javascript:alert(1)\">x</a>",
      "<a href=\"jav&#x09;ascript:alert(1)\">x</a>",
      "<a href=vbscript:x>y</a>",
      "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
      "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
      "<iframe src=javascript:alert(1)></iframe>",
      "<video src=javascript:alert(1)></video>",
      "<object data=x><embed src=y>",
      "<base href=//evil>",
      "<meta http-equiv=refresh content=\"0;url=//evil\">",
      "<link rel=stylesheet href=//evil>",
      "<style>*{}</style>",
      "<form action=//evil><input name=a>",
      "<button onclick=x>y</button>",
      "<textarea><img src=x onerror=y></textarea>",
      "<title><img src=x onerror=y></title>",
      "<template><script>x</script></template>",
      "<xmp><img src=x onerror=y></xmp>",
      "<plaintext><img src=x onerror=y>",
      "<listing>&lt;img src=x onerror=y&gt;</listing>",
      "<!--><img src=x onerror=y>-->",
      "<![CDATA[<img src=x onerror=y>]]>",
      "<p id=cookie name=x class=admin style=\"position:fixed\">x</p>",
      "<aside class=quote data-username='\"><script>x</script>'>y</aside>",
      "<aside class=onebox data-onebox-src=javascript:alert(1)>x</aside>",
      "<div data-youtube-id='\"><script>x</script>'></div>",
      "<a class=lightbox href=javascript:alert(1)><img src=x></a>",
      "<a class=mention>@<script>x</script></a>",
      "<a class=mention>@a\"onclick=b</a>",
      "<code class=\"lang-x\"><script>alert(1)</script></code>",
      "<pre><code class='lang-\"><script>'>x</code></pre>",
      "<details><summary><img src=x onerror=y></summary></details>",
      "<ol start='1\" onclick=x'><li>y</ol>",
      "<td style='text-align:right\" onclick=x'>y",
      "<img class=emoji title='<script>x</script>'>",
      "<b><i><b><i></b><script>x</script>",
      "<table><td><script>x</script><table><img src=x onerror=y>",
      "<select><option><img src=x onerror=y>"};
  for (const std::string_view attack : kAttacks) {
    const std::string html = Clean(attack);
    EXPECT_EQ(UnsafePart(html), "") << attack << "\n" << html;
    EXPECT_THAT(html, Not(HasSubstr("<script"))) << attack;
  }
}

TEST(SanitizeTest, LongNamesAndControlCharactersStayCleanText) {
  std::string name = "x";
  for (int i = 0; i < 60; ++i) name += "é";
  const std::string html = Clean("<aside class=quote data-username=\"" + name +
                                 "&#1;\">y</aside><img src=a alt=\"&#1;\"><pre>&#1;</pre>");
  EXPECT_TRUE(IsCleanText(html)) << html;
}

TEST(SanitizeTest, DeepHtmlBecomesText) {
  std::string deep;
  for (int i = 0; i < 300; ++i) deep += "<div>";
  EXPECT_EQ(Clean(deep + "a<b>b</b>"), "<p>a<br>\nb</p>\n");
}

TEST(SanitizeTest, RefusesTooLongHtml) {
  EXPECT_EQ(status::ReasonOf(Sanitize(std::string(kMaxHtmlBytes + 1, 'a'), {}).status()),
            type::v1::TEXT_TOO_LONG);
}

}  // namespace
}  // namespace forium::markdown
