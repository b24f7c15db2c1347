// SPDX-License-Identifier: Apache-2.0
#include "services/forum/searchable_text.h"

#include "gtest/gtest.h"
#include "services/forum/markdown/markdown.h"

namespace forium::forum {
namespace {

std::string TextOf(std::string_view html) { return SearchableTextOf(html).text; }

TEST(SearchableTextTest, BlocksAreParagraphsAndBreaksAreLines) {
  EXPECT_EQ(TextOf("<h2>Title</h2>\n<p>One  <strong>two</strong>\nthree<br>\nfour</p>\n"
                   "<ul>\n<li>five</li>\n<li>six</li>\n</ul>\n"),
            "Title\n\nOne two three\nfour\n\nfive\n\nsix");
  EXPECT_EQ(TextOf("<table>\n<tr><th>a</th><td>b</td></tr><tr><td>c</td></tr></table>"),
            "a b\n\nc");
  EXPECT_EQ(TextOf(""), "");
  EXPECT_EQ(TextOf("<p></p>\n<hr>\n"), "");
}

TEST(SearchableTextTest, CodeIsTextWithItsLines) {
  const SearchableText read = SearchableTextOf(
      "<p>See <code>foo_bar</code>:</p>\n<pre tabindex=\"0\"><code class=\"language-cpp\">"
      "<span class=\"tok-k\">auto</span> x =\n\n    "
      "std::vector&lt;int&gt;{};\n</code></pre>\n<p>ok</p>");
  EXPECT_EQ(read.text, "See foo_bar:\n\nauto x =\nstd::vector<int>{};\n\nok");
  EXPECT_TRUE(read.has_code);
  EXPECT_FALSE(SearchableTextOf("<p><code>x</code></p>").has_code);
}

TEST(SearchableTextTest, QuotesOfPostsAreNotTheirTextAndOtherQuotesAre) {
  EXPECT_EQ(
      TextOf("<p>before</p><blockquote class=\"quote\" data-username=\"ann\">\n"
             "<cite>ann</cite>\n<p>hers</p><blockquote><p>deeper</p></blockquote>\n"
             "<blockquote class=\"quote\"><p>x</p></blockquote><p>y</p></blockquote>\n<p>mine</p>"),
      "before\n\nmine");
  EXPECT_EQ(TextOf("<aside class=\"quote no-group\"><div>ann:</div><blockquote>hers</blockquote>"
                   "</aside><p>mine</p>"),
            "mine");
  EXPECT_EQ(TextOf("<blockquote>\n<p>a saying</p>\n</blockquote>\n<p>mine</p>"),
            "a saying\n\nmine");
  // Code in a quote is not the post's.
  EXPECT_FALSE(
      SearchableTextOf("<blockquote class=\"quote\"><pre><code>x</code></pre></blockquote>y")
          .has_code);
  EXPECT_EQ(TextOf("<p>a</p><blockquote class=\"quote\"><p>never closed"), "a");
}

TEST(SearchableTextTest, LinksAndImagesAreTheirWords) {
  EXPECT_EQ(TextOf("<p>See <a href=\"https://example.org/secret?a=b\">the &quot;guide&quot;</a>."
                   "<img src=\"/x.png\" alt=\"a cat &amp;  a dog\" title=\"no\">Then</p>"),
            "See the \"guide\". a cat & a dog Then");
  EXPECT_EQ(TextOf("<p>a<img src=\"/x.png\" alt=\"\">b</p>"), "a b");
}

TEST(SearchableTextTest, ReferencesAndBrokenEndsAreRead) {
  EXPECT_EQ(TextOf("<p>1 &lt; 2 &amp;&amp; 3 &gt; 2 &#39;q&#39;&nbsp;x &bogus; & y</p>"),
            "1 < 2 && 3 > 2 'q' x &bogus; & y");
  EXPECT_EQ(TextOf("<p>Größe 東京 ok</p>"), "Größe 東京 ok");
  EXPECT_EQ(TextOf("text <img alt=\"cut"), "text");
  EXPECT_EQ(TextOf("text &"), "text &");
  EXPECT_EQ(TextOf("</blockquote></pre><p>x\n y</p>"), "x y");
}

TEST(SearchableTextTest, ReadsWhatTheMarkdownBecomes) {
  const auto cooked = markdown::Cook(
      "[quote=\"ann, post:3, topic:223\"]\nnot mine\n[/quote]\n\n# Head\n\n> a saying\n\n"
      "[link](https://example.org) **bold** `x_y`\n\n```cpp\nint main() {}\n```\n",
      {});
  ASSERT_TRUE(cooked.ok()) << cooked.status();
  const SearchableText read = SearchableTextOf(cooked->html);
  EXPECT_EQ(read.text, "Head\n\na saying\n\nlink bold x_y\n\nint main() {}");
  EXPECT_TRUE(read.has_code);
}

}  // namespace
}  // namespace forium::forum
