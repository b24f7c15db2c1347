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
  EXPECT_EQ(feed.get<std::string>("updated"), "2020-09-13T12:26:40Z");
  const auto& entry = feed.get_child("entry");
  EXPECT_EQ(entry.get<std::string>("id"), "https://forum.example/t/17");
  EXPECT_THAT(entry.get<std::string>("title"), HasSubstr("</script><script>alert(1)</script>"));
  EXPECT_EQ(entry.get<std::string>("link.<xmlattr>.href"), "https://forum.example/t/right-slug/17");
  EXPECT_EQ(entry.get<std::string>("author.name"), "Anna <b>");
  EXPECT_EQ(entry.get<std::string>("category.<xmlattr>.term"), "a&b");
  EXPECT_EQ(entry.get<std::string>("content"),
            "<p>first words <a href=\"https://forum.example/u/anna\">]]&gt;</a></p>");
}

TEST_F(DocumentsTest, FeedIsAskedAgainByItsTag) {
  config_.public_url = "https://forum.example";
  Start();
  for (const std::string path : {"/feed.atom", "/feed.json", "/t/right-slug/17/feed.json",
                                 "/t/right-slug/17.md", "/sitemap.xml", "/llms.txt"}) {
    const RawResponse first = Get(path);
    ASSERT_EQ(first.status, 200) << path;
    const std::string etag(first.Header("etag"));
    ASSERT_FALSE(etag.empty()) << path;
    const RawResponse again = client_->Ask("GET " + path + " HTTP/1.1\r\nHost: h\r\n" +
                                           "If-None-Match: " + etag + "\r\n\r\n");
    EXPECT_EQ(again.status, 304) << path;
  }
}

TEST_F(DocumentsTest, WhatTellsOfTimesIsAskedAgainByItsTime) {
  for (const std::string public_url : {"https://forum.example", ""}) {
    config_.public_url = public_url;
    gateway_.reset();
    Start();
    const auto ask = [&](const std::string& path, const std::string& fields) {
      return client_->Ask("GET " + path + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
    };
    for (const std::string path : {"/feed.atom", "/feed.json", "/t/right-slug/17/feed.json",
                                   "/sitemap.xml", "/sitemaps/topics-0.xml"}) {
      const std::string time(ask(path, "").Header("last-modified"));
      ASSERT_TRUE(time.ends_with(" GMT")) << path << " " << time;
      const RawResponse again = ask(path, "If-Modified-Since: " + time + "\r\n");
      EXPECT_EQ(again.status, 304) << path;
      EXPECT_EQ(again.Header("last-modified"), time) << path;
      // A tag decides alone, and a time that is none is as if nothing was asked.
      EXPECT_EQ(ask(path, "If-None-Match: \"x\"\r\nIf-Modified-Since: " + time + "\r\n").status,
                200);
      for (const std::string other : {"Thu, 01 Jan 1970 00:00:00 GMT", "yesterday", ""}) {
        EXPECT_EQ(ask(path, "If-Modified-Since: " + other + "\r\n").status, 200) << other;
      }
    }
    EXPECT_EQ(ask("/feed.atom", "").Header("last-modified"), "Sun, 13 Sep 2020 12:26:40 GMT");
    EXPECT_EQ(ask("/sitemap.xml", "").Header("last-modified"), "Tue, 14 Nov 2023 22:13:20 GMT");
    EXPECT_EQ(ask("/llms.txt", "").Header("last-modified"), "");
  }
}

TEST_F(DocumentsTest, FeedsUnderOldNamesMove) {
  Start();
  const RawResponse response = Get("/t/wrong/17/feed.atom");
  EXPECT_EQ(response.status, 301);
  EXPECT_EQ(response.Header("location"), "/t/right-slug/17/feed.atom");
  EXPECT_EQ(Get("/c/3/feed.json").Header("location"), "/c/general/feed.json");
  EXPECT_EQ(Get("/t/x/17.md").Header("location"), "/t/right-slug/17.md");
}

TEST_F(DocumentsTest, SitemapShowsEverybodyWhatGuestsSee) {
  config_.public_url = "http://forum.example";
  Start();
  for (const std::string token : {"", "member-5"}) {
    EXPECT_THAT(Get("/sitemap.xml", token).body,
                HasSubstr("<loc>http://forum.example/sitemaps/topics-0.xml</loc>"
                          "<lastmod>2023-11-14T22:13:20Z</lastmod>"));
    EXPECT_THAT(Get("/sitemaps/topics-0.xml", token).body,
                HasSubstr("<loc>http://forum.example/t/right-slug/17</loc>"
                          "<lastmod>2023-11-14T22:13:20Z</lastmod>"));
  }
  EXPECT_THAT(Get("/sitemaps/categories.xml").body, HasSubstr("/c/general</loc>"));
  for (const char* name : {"topics-1.xml", "topics--1.xml", "topics-01.xml", "topics-.xml",
                           "topics-", "topics-99999999999.xml", "x.xml", "..%2f..%2fetc"}) {
    EXPECT_EQ(Get(std::string("/sitemaps/") + name).status, 404) << name;
  }
}

TEST_F(DocumentsTest, ACommunityThatRefusesSearchEnginesSaysSoEverywhere) {
  config_.public_url = "http://forum.example";
  site_.set_indexing(auth::v1::Site::REFUSED);
  Start();
  EXPECT_EQ(Get("/robots.txt").body, "User-agent: *\nDisallow: /\n");
  for (const std::string path : {"/sitemap.xml", "/sitemaps/topics-0.xml", "/llms.txt"}) {
    EXPECT_EQ(Get(path).status, 404) << path;
  }
  EXPECT_EQ(Props("/t/right-slug/17").at("robots").as_string(), "noindex");
  EXPECT_EQ(Get("/feed.atom").Header("x-robots-tag"), "noindex");
  EXPECT_EQ(Get("/t/right-slug/17.md").Header("x-robots-tag"), "noindex");
}

TEST_F(DocumentsTest, SearchEnginesAreToldAtOnceWhenACommunityChangesItsMind) {
  config_.public_url = "http://forum.example";
  Start();
  EXPECT_THAT(Get("/robots.txt").body, HasSubstr("Sitemap: http://forum.example/sitemap.xml\n"));
  EXPECT_EQ(Get("/sitemap.xml").status, 200);
  EXPECT_EQ(Get("/feed.atom").Header("x-robots-tag"), "");
  EXPECT_EQ(Props("/t/right-slug/17").at("robots").as_string(), "");
  const auto change = [&](auth::v1::Site::Indexing indexing) {
    site_.set_indexing(indexing);
    events::v1::Event event;
    event.mutable_site_changed();
    ASSERT_TRUE(bus_->Publish("auth", std::vector<events::v1::Event>{event}).ok());
    // The bus hands it over on a thread of its own.
    const int asked = sites_asked_;
    while (sites_asked_ == asked) Get("/robots.txt");
  };
  change(auth::v1::Site::REFUSED);
  EXPECT_EQ(Get("/robots.txt").body, "User-agent: *\nDisallow: /\n");
  EXPECT_EQ(Get("/sitemap.xml").status, 404);
  EXPECT_EQ(Get("/feed.atom").Header("x-robots-tag"), "noindex");
  EXPECT_EQ(Props("/t/right-slug/17").at("robots").as_string(), "noindex");
  change(auth::v1::Site::ALLOWED);
  EXPECT_EQ(Get("/sitemap.xml").status, 200);
  EXPECT_EQ(Props("/t/right-slug/17").at("robots").as_string(), "");
}

TEST_F(DocumentsTest, OembedTellsOfTopicsOfThisSiteOnly) {
  config_.public_url = "https://forum.example";
  Start();
  const auto ask = [&](const std::string& url, const std::string& more = "") {
    return Get("/oembed?url=" + url + more);
  };
  const std::string topic = "https%3A%2F%2Fforum.example%2Ft%2Fright-slug%2F17";
  EXPECT_EQ(ask(topic).Header("content-type"), "application/json; charset=utf-8");
  EXPECT_THAT(ask(topic, "&format=xml").body, HasSubstr("<type>rich</type>"));
  EXPECT_EQ(ask(topic, "&format=yaml").status, 501);
  EXPECT_EQ(ask("https%3A%2F%2Fother.example%2Ft%2Fright-slug%2F17").status, 404);
  EXPECT_EQ(ask("https%3A%2F%2Fforum.example%2Ft%2Fright-slug%2F18").status, 404);
  EXPECT_EQ(ask("https%3A%2F%2Fforum.example%2Fu%2F17").status, 404);
  EXPECT_EQ(ask("").status, 404);
}

TEST_F(DocumentsTest, PagesTellMachinesWhatTheyAre) {
  config_.public_url = "http://forum.example";
  Start();
  const std::string body = Get("/t/right-slug/17").body;
  EXPECT_THAT(body, HasSubstr("\"@type\":\"DiscussionForumPosting\""));
  EXPECT_THAT(body, HasSubstr("<meta property=\"og:type\" content=\"article\">"));
  EXPECT_THAT(body, HasSubstr("http://forum.example/oembed?url=http%3A%2F%2Fforum.example%2Ft%2F"));
  EXPECT_THAT(Get("/").body, HasSubstr("type=\"application/feed+json\" href=\"/feed.json\""));
  // Members are no machines.
  EXPECT_THAT(Get("/t/right-slug/17", "member-5").body, Not(HasSubstr("schema.org")));
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
