// SPDX-License-Identifier: Apache-2.0
// Preview images, and the tags that lead to them.
#include "gateway/pages/pages_fixture.h"
#include "gmock/gmock.h"

namespace forium::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class PreviewsTest : public PagesTest {
 protected:
  PreviewsTest() {
    config_.public_url = "https://forum.example";
    site_.set_accent_hue(150);
  }
  // The image that a page names, as a path; empty: none.
  std::string ImageOf(const std::string& page, const std::string& token = "") {
    const std::string html = Get(page, token).body;
    const std::string tag = "<meta property=\"og:image\" content=\"https://forum.example";
    const size_t at = html.find(tag);
    if (at == std::string::npos) return "";
    const size_t begin = at + tag.size();
    return html.substr(begin, html.find('"', begin) - begin);
  }
};

TEST_F(PreviewsTest, PagesNameAnImageThatIsThere) {
  Start();
  for (const auto& [page, start] :
       {std::pair<std::string, std::string>{"/t/right-slug/17", "/preview/t-17.png?v="},
        {"/c/general", "/preview/c-general.png?v="},
        {"/", "/preview/site.png?v="}}) {
    const std::string path = ImageOf(page);
    EXPECT_TRUE(path.starts_with(start)) << page << ": " << path;
    EXPECT_THAT(Get(page).body, HasSubstr("content=\"summary_large_image\""));
    const RawResponse image = Get(path);
    EXPECT_EQ(image.status, 200) << path;
    EXPECT_EQ(image.Header("content-type"), "image/png");
    EXPECT_EQ(image.Header("x-content-type-options"), "nosniff");
    EXPECT_EQ(image.Header("cross-origin-resource-policy"), "cross-origin");
    EXPECT_EQ(image.Header("cache-control"), "public, max-age=86400");
    EXPECT_TRUE(image.body.starts_with("\x89PNG")) << path;
    const RawResponse again =
        client_->Ask("GET " + path + " HTTP/1.1\r\nHost: h\r\nIf-None-Match: " +
                     std::string(image.Header("etag")) + "\r\n\r\n");
    EXPECT_EQ(again.status, 304) << path;
    EXPECT_TRUE(again.body.empty());
  }
}

TEST_F(PreviewsTest, AnotherTitleIsAnotherAddressAndAnotherImage) {
  Start();
  const std::string before = ImageOf("/t/right-slug/17");
  const RawResponse old_image = Get(before);
  topic_.set_title("Renamed");
  const RawResponse under_old = Get(before);
  EXPECT_NE(under_old.Header("etag"), old_image.Header("etag"));
  EXPECT_NE(under_old.body, old_image.body);
  EXPECT_EQ(under_old.Header("cache-control"), "public, max-age=300");
  EXPECT_EQ(Get("/preview/t-17.png").body, under_old.body);
}

TEST_F(PreviewsTest, WithoutAnOutsideAddressThereAreNoTags) {
  config_.public_url = "";
  Start();
  EXPECT_THAT(Get("/t/right-slug/17").body, Not(HasSubstr("og:image")));
  EXPECT_EQ(Get("/preview/t-17.png").status, 200);
}

TEST_F(PreviewsTest, WhatIsNoImageIsNotFound) {
  Start();
  for (const char* name : {
           "t-18.png",
           "t-017.png",
           "t-.png",
           "t--17.png",
           "t-17",
           "t-17.svg",
           "17",
           "t-17.png.png",
           "t-99999999999999999999.png",
           "c-.png",
           "c-3.png",
           "c-nowhere.png",
           "c-..%2fgeneral.png",
           ".png",
           "site",
           "Site.png",
       }) {
    EXPECT_EQ(Get(std::string("/preview/") + name).status, 404) << name;
  }
}

}  // namespace
}  // namespace forium::gateway
