// SPDX-License-Identifier: Apache-2.0
#include "services/forum/markdown/discourse.h"

#include <gtest/gtest.h>

namespace forium::markdown {
namespace {

// 2^160 - 1 is the largest digest that a short name may stand for.
TEST(DiscourseTest, ShortNamesAreDigestsInBase62) {
  EXPECT_EQ(UploadDigest("1"), std::string(39, '0') + "1");
  EXPECT_EQ(UploadDigest("10"), std::string(38, '0') + "3e");
  EXPECT_EQ(UploadDigest("ZZZZZZZZZZZZZZZZZZZZZZZZZZZ"), "");
  EXPECT_EQ(UploadDigest("a b"), "");
}

TEST(DiscourseTest, UploadsGetTheAddressThatWasShown) {
  const std::string digest = UploadDigest("abcDEF123");
  const std::string cooked = "<a href=\"https://cdn.org/original/1X/" + digest +
                             ".png\"><img src=\"https://cdn.org/optimized/1X/" + digest +
                             "_2_10x10.png\"></a>";
  EXPECT_EQ(PortDiscourse("![a|10x10](upload://abcDEF123.png) b", cooked),
            "![a|10x10](https://cdn.org/original/1X/" + digest + ".png) b");
  EXPECT_EQ(PortDiscourse("![a](upload://nosuch.png)", cooked), "![a](upload://nosuch.png)");
}

TEST(DiscourseTest, ImagesAndLinksInHtmlBecomeMarkdown) {
  EXPECT_EQ(PortDiscourse("a <img src='//x.org/a.png' width=\"69\" height=\"38\"> b", ""),
            "a ![|69x38](https://x.org/a.png) b");
  EXPECT_EQ(PortDiscourse("<a class=x href=\"https://x.org/?a&amp;b\"> y </a>", ""),
            "[y](https://x.org/?a&b)");
  EXPECT_EQ(PortDiscourse("<img src=\"a)b\"> <img onerror=x> <a>b</a> a < b", ""),
            "<img src=\"a)b\"> <img onerror=x> <a>b</a> a < b");
}

TEST(DiscourseTest, CodeStays) {
  for (const char* raw : {"```\n<img src=x>\n```", "`<img src=x>`", "    <img src=x>",
                          "[code]\n<img src=x>\n[/code]\n"})
    EXPECT_EQ(PortDiscourse(raw, ""), raw);
}

}  // namespace
}  // namespace forium::markdown
