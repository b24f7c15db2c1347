// SPDX-License-Identifier: Apache-2.0
// Feeds, sitemaps and oEmbed: well-formed and complete whatever people write.
#include "gateway/found/feed.h"

#include <boost/json.hpp>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <map>
#include <sstream>

#include "gateway/found/oembed.h"
#include "gateway/found/sitemap.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Ends of CDATA and of scripts, references, quotes, characters that XML cannot hold, emoji, right
// to left.
constexpr char kHostile[] =
    "]]> <b>&amp;</b> </script> \"double\" 'single' \x01\x0b\x1f\x7f \uFFFE\uFFFF 🦊 "
    "\u202Eעברית";

boost::property_tree::ptree Xml(const std::string& text) {
  boost::property_tree::ptree tree;
  std::istringstream stream(text);
  boost::property_tree::read_xml(stream, tree);  // throws unless well-formed
  return tree;
}

FeedDocument Feed() {
  FeedDocument feed{.self = "https://f.example/feed.atom",
                    .page = "https://f.example/",
                    .title = kHostile,
                    .subtitle = kHostile,
                    .language = "de",
                    .next = "https://f.example/feed.atom?page_token=a&b",
                    .entries = {}};
  FeedEntry entry;
  entry.id = "https://f.example/t/17";
  entry.address = "https://f.example/t/slug/17";
  entry.title = kHostile;
  entry.author = kHostile;
  entry.author_address = "https://f.example/u/anna";
  entry.html = "<p>]]&gt; <em>one</em> & two</p>";
  entry.summary = kHostile;
  entry.published.set_seconds(1'600'000'000);
  entry.updated.set_seconds(1'700'000'000);
  entry.categories = {kHostile, "plain"};
  feed.entries.push_back(entry);
  FeedEntry bare;  // of an account that is gone, without a text
  bare.id = bare.address = "https://f.example/t/18";
  bare.title = "bare";
  bare.published.set_seconds(1'500'000'000);
  bare.updated.set_seconds(1'500'000'000);
  feed.entries.push_back(bare);
  return feed;
}

TEST(AtomTest, HasWhatTheFormatRequiresWhateverTheTitles) {
  const auto feed_tree = Xml(AtomOf(Feed()));
  const auto& feed = feed_tree.get_child("feed");
  EXPECT_EQ(feed.get<std::string>("<xmlattr>.xmlns"), "http://www.w3.org/2005/Atom");
  EXPECT_EQ(feed.get<std::string>("<xmlattr>.xml:lang"), "de");
  EXPECT_EQ(feed.get<std::string>("id"), "https://f.example/feed.atom");
  EXPECT_EQ(feed.get<std::string>("updated"), "2023-11-14T22:13:20Z");
  EXPECT_THAT(feed.get<std::string>("title"), HasSubstr("]]> <b>&amp;</b> </script>"));
  int entries = 0;
  for (const auto& [name, entry] : feed) {
    if (name != "entry") continue;
    ++entries;
    for (const char* required : {"id", "title", "updated", "author.name"}) {
      EXPECT_FALSE(entry.get<std::string>(required).empty()) << required;
    }
  }
  EXPECT_EQ(entries, 2);
  const auto& entry = feed.get_child("entry");
  EXPECT_EQ(entry.get<std::string>("content"), "<p>]]&gt; <em>one</em> & two</p>");
  EXPECT_EQ(entry.get<std::string>("content.<xmlattr>.type"), "html");
  EXPECT_THAT(entry.get<std::string>("title"), HasSubstr("🦊 \u202Eעברית"));
}

TEST(AtomTest, PagesFollowOneAnother) {
  std::map<std::string, std::string> links;
  const auto feed = Xml(AtomOf(Feed()));
  for (const auto& [name, link] : feed.get_child("feed")) {
    if (name == "link") {
      links[link.get<std::string>("<xmlattr>.rel")] = link.get<std::string>("<xmlattr>.href");
    }
  }
  EXPECT_EQ(links["next"], "https://f.example/feed.atom?page_token=a&b");
  EXPECT_EQ(links["self"], "https://f.example/feed.atom");
  EXPECT_EQ(links["alternate"], "https://f.example/");
}

TEST(AtomTest, AnEmptyFeedIsAFeed) {
  const auto feed = Xml(AtomOf({.self = "s", .page = "p", .title = "t", .entries = {}}));
  EXPECT_EQ(feed.get<std::string>("feed.updated"), "1970-01-01T00:00:00Z");
}

TEST(JsonFeedTest, HasWhatTheFormatRequiresWhateverTheTitles) {
  const auto feed = boost::json::parse(JsonFeedOf(Feed())).as_object();
  EXPECT_EQ(feed.at("version"), "https://jsonfeed.org/version/1.1");
  EXPECT_EQ(feed.at("title"), kHostile);
  EXPECT_EQ(feed.at("language"), "de");
  const auto& items = feed.at("items").as_array();
  ASSERT_EQ(items.size(), 2u);
  const auto& item = items[0].as_object();
  EXPECT_EQ(item.at("id"), "https://f.example/t/17");
  EXPECT_EQ(item.at("content_html"), "<p>]]&gt; <em>one</em> & two</p>");
  EXPECT_EQ(item.at("date_published"), "2020-09-13T12:26:40Z");
  EXPECT_EQ(item.at("date_modified"), "2023-11-14T22:13:20Z");
  EXPECT_EQ(item.at("authors").as_array()[0].as_object().at("url"), "https://f.example/u/anna");
  EXPECT_EQ(item.at("tags").as_array()[1], "plain");
  const auto& bare = items[1].as_object();
  EXPECT_TRUE(bare.contains("content_text"));
  EXPECT_FALSE(bare.contains("authors"));
}

TEST(SitemapTest, HoldsAddressesWithTheirTimes) {
  SitemapAddress page{.address = "https://f.example/t/a&b/17", .changed = {}};
  page.changed.set_seconds(1'700'000'000);
  page.changed.set_nanos(5'000'000);
  const auto set_tree = Xml(SitemapOf({page, {.address = "https://f.example/c/x", .changed = {}}}));
  const auto& set = set_tree.get_child("urlset");
  EXPECT_EQ(set.get<std::string>("<xmlattr>.xmlns"), "http://www.sitemaps.org/schemas/sitemap/0.9");
  EXPECT_EQ(set.get<std::string>("url.loc"), "https://f.example/t/a&b/17");
  EXPECT_EQ(set.get<std::string>("url.lastmod"), "2023-11-14T22:13:20.005Z");
  EXPECT_EQ(set.back().second.count("lastmod"), 0u);
  EXPECT_EQ(Xml(SitemapIndexOf({page})).get<std::string>("sitemapindex.sitemap.loc"),
            "https://f.example/t/a&b/17");
}

TEST(SitemapTest, KeepsTheLimitsOfTheProtocol) {
  const std::vector<SitemapAddress> many(50'001,
                                         {.address = "https://f.example/t/a/1", .changed = {}});
  const auto set_tree = Xml(SitemapOf(many));
  const auto& set = set_tree.get_child("urlset");
  EXPECT_EQ(set.count("url"), 50'000u);
  const std::vector<SitemapAddress> large(
      30'000, {.address = "https://f.example/" + std::string(2000, 'x'), .changed = {}});
  EXPECT_LE(SitemapOf(large).size(), 50'000'000u);
}

EmbeddedTopic Embedded() {
  return {.title = kHostile,
          .address = "https://f.example/t/slug/17",
          .excerpt = kHostile,
          .author = kHostile,
          .author_address = "https://f.example/u/anna",
          .site = kHostile,
          .site_address = "https://f.example/",
          .image = "https://f.example/preview/t-17.png"};
}

TEST(OembedTest, BothFormatsSayTheSame) {
  const auto json = boost::json::parse(OembedJsonOf(Embedded())).as_object();
  const auto xml_tree = Xml(OembedXmlOf(Embedded()));
  const auto& xml = xml_tree.get_child("oembed");
  EXPECT_EQ(json.at("version"), "1.0");
  EXPECT_EQ(json.at("type"), "rich");
  for (const char* required : {"html", "width", "height"}) {
    EXPECT_TRUE(json.contains(required)) << required;
    EXPECT_EQ(xml.count(required), 1u) << required;
  }
  EXPECT_EQ(xml.get<std::string>("html"), json.at("html").as_string().c_str());
  EXPECT_THAT(json.at("html").as_string().c_str(), Not(HasSubstr("</script>")));
  EXPECT_THAT(json.at("html").as_string().c_str(), HasSubstr("&lt;/script&gt;"));
}

TEST(OembedTest, KeepsWithinTheWishedSize) {
  EmbeddedTopic topic = Embedded();
  topic.max_width = 320;
  const auto json = boost::json::parse(OembedJsonOf(topic)).as_object();
  EXPECT_EQ(json.at("width"), 320);
  EXPECT_FALSE(json.contains("thumbnail_url"));
}

TEST(OembedTest, OnlyAddressesOfThisSiteAreItsPages) {
  const std::string_view base = "https://f.example";
  EXPECT_EQ(PathWithin("https://f.example/t/a/17?x=1#p2", base), "/t/a/17");
  EXPECT_EQ(PathWithin("HTTP://F.example/t/a/17", base), "/t/a/17");
  for (const char* foreign : {"https://g.example/t/a/17", "https://f.example.evil/t/a/17",
                              "https://f.example@evil/t/a/17", "https://f.example:444/t/a/17",
                              "javascript://f.example/t/a/17", "//f.example/t/a/17",
                              "https://f.example", "", "/t/a/17", "f.example/t/a/17"}) {
    EXPECT_EQ(PathWithin(foreign, base), "") << foreign;
  }
}

}  // namespace
}  // namespace forium::gateway
