// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>

#include "services/forum/markdown/hostile_inputs.h"
#include "services/forum/markdown/html_tree.h"
#include "services/forum/markdown/markdown.h"
#include "services/forum/markdown/safe_html.h"
#include "services/forum/markdown/sanitize.h"

namespace forium::markdown {
namespace {

#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
constexpr double kSlower = 20;
#else
constexpr double kSlower = 1;
#endif

// The best of some runs, in processor time: other processes' time is not the parser's.
template <typename Run>
double BestMilliseconds(Run run, double enough) {
  double best = 1e9;
  for (int i = 0; i < 5 && best > enough; ++i) {
    const std::clock_t start = std::clock();
    run();
    best = std::min(best, 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return best;
}

TEST(HostileTest, SixtyFourKilobytesOfAnythingCookInFiftyMilliseconds) {
  for (const HostileInput& input : HostileInputs(kMaxRawBytes)) {
    size_t bytes = 0;
    const double best = BestMilliseconds([&] { bytes = Cook(input.text, {})->html.size(); }, 25);
    EXPECT_LE(best, 50 * kSlower) << input.name;
    EXPECT_LE(bytes, input.text.size() * kMaxGrowthOfHtml + kHtmlAllowance) << input.name;
  }
}

// Twice the input may take about twice the time: a quadratic parser takes four times.
TEST(HostileTest, CostIsLinear) {
  const CookOptions large{.max_raw_bytes = 1 << 20};
  const auto inputs = HostileInputs(256 * 1024);
  for (const HostileInput& input : inputs) {
    const double best = BestMilliseconds([&] { ASSERT_TRUE(Cook(input.text, large).ok()); }, 100);
    EXPECT_LE(best, 200 * kSlower) << input.name;
  }
}

TEST(HostileTest, OutputIsAlwaysSafe) {
  for (const HostileInput& input : HostileInputs(4000)) {
    const auto cooked = Cook(input.text, {});
    ASSERT_TRUE(cooked.ok()) << input.name;
    EXPECT_EQ(UnsafePart(cooked->html), "") << input.name;
    EXPECT_EQ(UnbalancedTag(cooked->html), "") << input.name;
    EXPECT_TRUE(IsCleanText(cooked->html + cooked->excerpt)) << input.name;
    const auto sanitized = Sanitize(input.text, {});
    ASSERT_TRUE(sanitized.ok()) << input.name;
    EXPECT_EQ(UnsafePart(sanitized->html), "") << input.name;
    EXPECT_EQ(UnbalancedTag(sanitized->html), "") << input.name;
    EXPECT_TRUE(IsCleanText(sanitized->html + sanitized->excerpt)) << input.name;
  }
}

TEST(HostileTest, DeepAndBranchingHtmlIsBounded) {
  const size_t bytes = kMaxHtmlBytes;
  const std::vector<HostileInput> inputs = {
      {"nested b", Fill("<b>", bytes)},
      {"nested div", Fill("<div>", bytes)},
      {"nested table", Fill("<table><tr><td>", bytes)},
      {"nested list", Fill("<ul><li>", bytes)},
      {"nested span closed", Halves("<span>", "</span>", bytes)},
      {"many a", Fill("<a href=/x>", bytes)},
      {"many p", Fill("<p>", bytes)},
      {"formatting leak", Numbered(bytes / 2,
                                   [](int i) {
                                     return "<b x=" + std::to_string(i) +
                                            "><table><tr><td></b></td></tr></table>";
                                   }) +
                              Fill("<p>", bytes / 2)},
      {"formatting clones",
       Numbered(2000, [](int i) { return "<b x=" + std::to_string(i) + ">"; }) +
           Fill("<p>a</p>", bytes - 2000)},
      {"foster parents", "<table>" + Fill("<b>a", bytes - 7)},
      {"adoption", Fill("<a><b><p></a>", bytes)},
      {"adoption too", Fill("<b><i><p></b>x</i>", bytes)},
      {"comments", Fill("<!--", bytes)},
      {"attributes",
       "<b " + Numbered(bytes - 3, [](int i) { return "a" + std::to_string(i) + "=1 "; })},
      {"entities", Fill("&CounterClockwiseContourIntegral;", bytes)},
      {"svg", Fill("<svg>", bytes)},
      {"templates", Fill("<template>", bytes)},
      {"oneboxes", Fill("<aside class=onebox>", bytes)},
      {"code", Fill("<pre>", bytes)},
      {"less than", Fill("<", bytes)},
      {"details", Fill("<details>", 1500)},
      {"frameset", Fill("<frameset>", bytes)},
      {"select", Fill("<select>", bytes)},
      {"headings", Fill("<h1>", bytes)},
      {"buttons", Fill("<button>", bytes)},
  };
  for (const HostileInput& input : inputs) {
    std::string html;
    const double best = BestMilliseconds([&] { html = Sanitize(input.text, {})->html; }, 500);
    EXPECT_LE(best, 2000 * kSlower) << input.name;
    EXPECT_LE(html.size(), input.text.size() * kMaxGrowthOfHtml + kHtmlAllowance) << input.name;
  }
}

}  // namespace
}  // namespace forium::markdown
