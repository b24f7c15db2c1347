// SPDX-License-Identifier: Apache-2.0
// Feeds and what else is no page.
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>

#include "gateway/pages/markup.h"
#include "gateway/pages/pages_fixture.h"
#include "gmock/gmock.h"

namespace forium::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class DocumentsTest : public PagesTest {
 protected:
  boost::property_tree::ptree Feed(const std::string& path) {
    const RawResponse response = Get(path);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.Header("content-type"), "application/atom+xml; charset=utf-8");
    EXPECT_THAT(response.body, Not(HasSubstr("<script")));
    boost::property_tree::ptree tree;
    std::istringstream text(response.body);
    boost::property_tree::read_xml(text, tree);  // throws unless well-formed
    return tree.get_child("feed");
  }
};

TEST_F(DocumentsTest, FeedIsWellFormedWhateverTheTitles) {
  config_.public_url = "https://forum.example";
  Start();
  const auto feed = Feed("/feed.atom");
  EXPECT_EQ(feed.get<std::string>("<xmlattr>.xmlns"), "http://www.w3.org/2005/Atom");
  EXPECT_EQ(feed.get<std::string>("id"), "https://forum.example/feed.atom");
  EXPECT_EQ(feed.get<std::string>("updated"), "2023-11-14T22:13:20Z");
  const auto& entry = feed.get_child("entry");
  EXPECT_EQ(entry.get<std::string>("id"), "https://forum.example/t/17");
  EXPECT_THAT(entry.get<std::string>("title"), HasSubstr("</script><script>alert(1)</script>"));
  EXPECT_EQ(entry.get<std::string>("link.<xmlattr>.href"), "https://forum.example/t/right-slug/17");
  EXPECT_EQ(entry.get<std::string>("author.name"), "Anna <b>");
  EXPECT_EQ(entry.get<std::string>("category.<xmlattr>.term"), "a&b");
}

TEST_F(DocumentsTest, FeedOfACategoryNamesIt) {
  Start();
  const auto feed = Feed("/c/general/feed.atom");
  EXPECT_EQ(feed.get<std::string>("id"), "http://h/c/general/feed.atom");
  EXPECT_EQ(Get("/c/secret/feed.atom").status, 404);
}

TEST_F(DocumentsTest, FeedForOneHostIsNotGivenToAnother) {
  Start();
  const RawResponse first = client_->Ask("GET /feed.atom HTTP/1.1\r\nHost: one.example\r\n\r\n");
  const RawResponse second = client_->Ask("GET /feed.atom HTTP/1.1\r\nHost: two.example\r\n\r\n");
  EXPECT_THAT(first.body, HasSubstr("http://one.example/"));
  EXPECT_THAT(second.body, HasSubstr("http://two.example/"));
  EXPECT_THAT(second.body, Not(HasSubstr("one.example")));
}

TEST_F(DocumentsTest, ManifestIsJsonAndCarriesTheName) {
  Start();
  const RawResponse response = Get("/manifest.webmanifest");
  EXPECT_EQ(response.Header("content-type"), "application/manifest+json");
  const auto manifest = boost::json::parse(response.body).as_object();
  EXPECT_EQ(manifest.at("name").as_string(), kHostile);
}

TEST_F(DocumentsTest, FilesAndDocumentsAreThere) {
  Start();
  EXPECT_THAT(Get("/robots.txt").body, HasSubstr("Disallow: /admin"));
  EXPECT_THAT(Get("/favicon.svg").body, HasSubstr("<svg"));
  EXPECT_EQ(Get("/api/v1/openapi.json").Header("content-type"), "application/json");
  EXPECT_THAT(Get("/api/docs").body, HasSubstr("/assets/api-docs-"));
}

TEST(MarkupTest, NothingLeavesItsPlace) {
  EXPECT_EQ(EscapeMarkup("<a href=\"x\">'&'</a>"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  EXPECT_EQ(EscapeMarkup("tab\tand\x01\x1b\uFFFE\uFFFF end ü"), "tab\tand end ü");
}

}  // namespace
}  // namespace forium::gateway
