// SPDX-License-Identifier: Apache-2.0
#include "gateway/pages/pages.h"

#include "gateway/http/ascii.h"
#include "gateway/pages/pages_fixture.h"
#include "gmock/gmock.h"

namespace forium::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Text(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains({key.data(), key.size()});
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : "?";
}

TEST_F(PagesTest, EveryPageHasValidProps) {
  Start();
  const struct {
    const char* path;
    const char* page;
    const char* token;
  } pages[] = {{"/", "list", ""},
               {"/latest", "list", ""},
               {"/top?period=week", "list", ""},
               {"/new-topics", "list", "member-5"},
               {"/unread", "list", "member-5"},
               {"/c/general?order=top", "list", ""},
               {"/tag/a%26b", "list", ""},
               {"/categories", "categories", ""},
               {"/categories", "categories", "member-5"},
               {"/tags", "tags", ""},
               {"/t/right-slug/17", "topic", ""},
               {"/t/right-slug/17/3", "topic", "member-5"},
               {"/u/anna", "profile", ""},
               {"/u/anna?tab=topics", "profile", "admin-1"},
               {"/login?next=%2Fnew", "login", ""},
               {"/signup?invite=abc", "signup", ""},
               {"/setup/token", "link", ""},
               {"/new?category=general", "new", "member-5"},
               {"/p/100/edit", "edit", "member-5"},
               {"/p/100/history", "history", ""},
               {"/settings", "settings", "member-5"},
               {"/admin", "admin", "admin-1"},
               {"/admin/users?query=%22x", "admin-users", "admin-1"},
               {"/admin/categories", "admin-categories", "admin-1"},
               {"/admin/tags", "admin-tags", "admin-1"},
               {"/admin/edge", "admin-edge", "admin-1"}};
  for (const auto& page : pages) {
    const boost::json::object props = Props(page.path, page.token);
    EXPECT_EQ(Text(props, "page"), page.page) << page.path;
    EXPECT_TRUE(Text(props, "title").ends_with(kHostile)) << page.path;
    EXPECT_EQ(props.at("me").is_null(), std::string_view(page.token).empty()) << page.path;
    EXPECT_EQ(props.at("unread").is_null(), std::string_view(page.token).empty()) << page.path;
    const RawResponse html = Get(page.path, page.token);
    EXPECT_EQ(html.status, 200) << page.path;
    EXPECT_THAT(html.body, HasSubstr("<!doctype html>")) << page.path;
  }
}

TEST_F(PagesTest, TopicCarriesItsDataAndHead) {
  config_.public_url = "https://forum.example/";
  Start();
  const auto props = Props("/t/right-slug/17/25?unknown=key");
  EXPECT_EQ(Text(props, "canonical"), "https://forum.example/t/right-slug/17?from=21");
  EXPECT_EQ(Text(props, "description"), kHostile);
  EXPECT_EQ(Text(props, "path"), "/t/right-slug/17/25");
  EXPECT_EQ(Text(props, "requestId"), "");
  const auto& data = props.at("data").as_object();
  EXPECT_EQ(data.at("postNumber").as_int64(), 25);
  EXPECT_EQ(Text(data.at("topic").as_object(), "title"), kHostile);
}

TEST_F(PagesTest, PagesNameThemselvesInEachLanguage) {
  config_.public_url = "https://forum.example/";
  Start();
  const auto alternate = [](std::string_view language, std::string_view address) {
    return Concat({"<link rel=\"alternate\" hreflang=\"", language, "\" href=\"", address, "\">"});
  };
  const std::string topic = "https://forum.example/t/right-slug/17?from=21";
  for (const std::string_view asked : {"", "&lang=de", "&lang=xx"}) {
    const std::string page = Get(Concat({"/t/right-slug/17?from=21", asked})).body;
    EXPECT_THAT(page, HasSubstr(alternate("en", topic + "&amp;lang=en"))) << asked;
    EXPECT_THAT(page, HasSubstr(alternate("de", topic + "&amp;lang=de"))) << asked;
    EXPECT_THAT(page, HasSubstr(alternate("x-default", topic))) << asked;
  }
  EXPECT_THAT(Get("/").body, HasSubstr(alternate("de", "https://forum.example/?lang=de")));
  // The address decides before the browser does, and is another page to keep.
  const auto german = Props("/t/right-slug/17?lang=de");
  EXPECT_EQ(Text(german, "locale"), "de");
  EXPECT_EQ(Text(german, "canonical"), "https://forum.example/t/right-slug/17?lang=de");
  EXPECT_EQ(Text(Props("/t/right-slug/17"), "locale"), "en");
  EXPECT_EQ(Text(Props("/t/right-slug/17"), "canonical"), "https://forum.example/t/right-slug/17");
  EXPECT_EQ(Text(Props("/t/right-slug/17?lang=en"), "canonical"),
            "https://forum.example/t/right-slug/17?lang=en");
  EXPECT_EQ(Text(Props("/t/right-slug/17?lang=xx"), "canonical"),
            "https://forum.example/t/right-slug/17");
  // Nobody is sent to what may not be found.
  EXPECT_THAT(Get("/search?q=a").body, Not(HasSubstr("hreflang")));
}

TEST_F(PagesTest, CanonicalIsAPathWithoutAConfiguredAddress) {
  Start();
  EXPECT_EQ(Text(Props("/t/right-slug/17"), "canonical"), "/t/right-slug/17");
  EXPECT_EQ(Text(Props("/latest"), "canonical"), "/");
}

TEST_F(PagesTest, WrongSlugsRedirectForGood) {
  Start();
  RawResponse response = Get("/t/wrong/17/3?from=2");
  EXPECT_EQ(response.status, 301);
  EXPECT_EQ(response.Header("location"), "/t/right-slug/17/3?from=2");
  EXPECT_EQ(Text(Props("/t/wrong/17"), "redirect"), "/t/right-slug/17");
  EXPECT_EQ(Get("/c/3").Header("location"), "/c/general");
}

TEST_F(PagesTest, FormerNamesRedirectForGood) {
  Start();
  const RawResponse response = Get("/u/Anna");
  EXPECT_EQ(response.status, 301);
  EXPECT_EQ(response.Header("location"), "/u/anna");
}

TEST_F(PagesTest, OldAddressesLeadToWhatTheyShowed) {
  imported_ = {{"topic 5", "/t/imported/170"},
               {"post 9", "/t/imported/170/2"},
               {"category 8", "/c/general"}};
  Start();
  const struct {
    const char* from;
    const char* to;
  } cases[] = {{"/t/5", "/t/imported/170"},
               {"/t/5/7", "/t/imported/170/7"},
               {"/t/old-slug/5", "/t/imported/170"},
               {"/t/old-slug/5/7", "/t/imported/170/7"},
               {"/t/old-slug/5/7/more", "/t/imported/170/7"},
               {"/t/old-slug/5.rss", "/t/imported/170"},
               {"/t/17", "/t/-/17"},
               {"/p/9", "/t/imported/170/2"},
               {"/c/anything/8", "/c/general"},
               {"/c/parent/anything/8", "/c/general"},
               {"/c/general/99", "/c/general"},
               {"/c/parent/general/99/l/latest", "/c/general"},
               {"/u/anna/summary", "/u/anna"},
               {"/users/anna", "/u/anna"},
               {"/latest.rss", "/feed.atom"}};
  for (const auto& [from, to] : cases) {
    const RawResponse response = Get(from);
    EXPECT_EQ(response.status, 301) << from;
    EXPECT_EQ(response.Header("location"), to) << from;
  }
  EXPECT_EQ(Get("/t/6").Header("location"), "/t/-/6");
  EXPECT_EQ(Get("/t/-/6").status, 404);
  EXPECT_EQ(Get("/c/nowhere/99").status, 404);
}

TEST_F(PagesTest, NumberOfTheOldForumWinsOverAStrangerUnderIt) {
  imported_ = {{"topic 17", "/t/imported/170"}};
  Start();
  EXPECT_EQ(Get("/t/old-slug/17").Header("location"), "/t/imported/170");
  EXPECT_EQ(Get("/t/right-slug/17").status, 200);
}

TEST_F(PagesTest, ShortLinkLeadsToThePostInItsTopic) {
  Start();
  const RawResponse response = Get("/p/100");
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(response.Header("location"), "/t/right-slug/17/4#p4");
  EXPECT_EQ(Get("/p/101").status, 404);
  EXPECT_EQ(Get("/p/99999999999999999999").status, 404);
}

TEST_F(PagesTest, GuestsAreSentToTheLogin) {
  Start();
  for (const char* path : {"/new", "/settings", "/unread", "/admin", "/p/100/edit"}) {
    const RawResponse response = Get(path);
    EXPECT_EQ(response.status, 303) << path;
    EXPECT_THAT(response.Header("location"), HasSubstr("/login?next=%2F")) << path;
  }
  EXPECT_EQ(Get("/new?category=x").Header("location"), "/login?next=%2Fnew%3Fcategory%3Dx");
  EXPECT_EQ(Text(Props("/settings"), "redirect"), "/login?next=%2Fsettings");
}

TEST_F(PagesTest, LoginLeadsOnlyToThisSite) {
  Start();
  EXPECT_EQ(Text(Props("/login?next=//evil.example").at("data").as_object(), "next"), "/");
  EXPECT_EQ(Get("/login?next=%2Fnew", "member-5").Header("location"), "/new");
  EXPECT_EQ(Get("/login?next=https://evil.example", "member-5").Header("location"), "/");
}

TEST_F(PagesTest, MembersMayNotSeeAdministration) {
  Start();
  const auto props = Props("/admin/users", "member-5", 403);
  EXPECT_EQ(Text(props, "page"), "error");
  EXPECT_EQ(Text(props.at("data").as_object(), "reason"), "PERMISSION_DENIED");
}

TEST_F(PagesTest, WhatIsNotThereIsAnErrorPage) {
  Start();
  for (const char* path :
       {"/t/x/18", "/t/x/0", "/t/x/17/0", "/t/x/99999999999999999999", "/nothing", "/c/secret",
        "/u/nobody", "/assets/none.js", "/t/x/17/4294967297"}) {
    const RawResponse response = Get(path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_THAT(response.Header("content-type"), HasSubstr("text/html")) << path;
  }
  const auto props = Props("/t/x/18", "", 404);
  EXPECT_EQ(Text(props, "robots"), "noindex");
  EXPECT_EQ(props.at("data").as_object().at("status").as_int64(), 404);
}

TEST_F(PagesTest, ErrorPageStandsWithoutTheServices) {
  services_.On<auth::v1::GetSiteRequest, auth::v1::Site>(
      "forium.auth.v1.AuthService.GetSite",
      [](const rpc::Call&, const auth::v1::GetSiteRequest&) -> absl::StatusOr<auth::v1::Site> {
        return status::Internal("the disk burns");
      });
  Start();
  const RawResponse response = Get("/");
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, HasSubstr("<h1>"));
  EXPECT_THAT(response.body, Not(HasSubstr("burns")));
}

TEST_F(PagesTest, FrameIsAskedForOnceAndDroppedByEvents) {
  config_.page_cache = false;
  Start();
  for (int i = 0; i < 5; ++i) Get("/t/right-slug/17");
  EXPECT_EQ(sites_asked_, 1);
  EXPECT_EQ(categories_asked_, 1);
  EXPECT_EQ(topics_asked_, 5);
  events::v1::Event event;
  event.mutable_everything_changed();
  pages_->Hooks().on_event(event);
  Get("/t/right-slug/17");
  EXPECT_EQ(sites_asked_, 2);
  EXPECT_EQ(categories_asked_, 2);
}

TEST_F(PagesTest, KeptCategoriesCarryNobodysUnreadCounts) {
  Start();
  const auto unread = [](const boost::json::object& props) {
    return props.at("categories").as_array().at(0).as_object().at("unreadCount").as_int64();
  };
  EXPECT_EQ(unread(Props("/", "member-5")), 0);
  EXPECT_EQ(unread(Props("/", "member-6")), 0);
  EXPECT_EQ(unread(Props("/categories", "member-5")), 9);
}

TEST_F(PagesTest, GuestsPagesAreCachedAndMembersAreNot) {
  Start();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Get("/t/right-slug/17").status, 200);
  EXPECT_EQ(topics_asked_, 1);
  for (int i = 0; i < 3; ++i) Get("/t/right-slug/17", "member-5");
  EXPECT_EQ(topics_asked_, 4);
}

TEST_F(PagesTest, LanguageFollowsTheReader) {
  Start();
  const RawResponse response =
      client_->Ask("GET /_page/top HTTP/1.1\r\nHost: h\r\nAccept-Language: de-AT,en;q=0.5\r\n\r\n");
  const auto props = boost::json::parse(response.body).as_object();
  EXPECT_EQ(Text(props, "locale"), "de");
  EXPECT_EQ(Text(Props("/top"), "locale"), "en");
}

TEST_F(PagesTest, FormThatFailsIsShownAgainWithWhatWasTyped) {
  services_.On<forum::v1::CreateTopicRequest, forum::v1::Topic>(
      "forium.forum.v1.ForumService.CreateTopic",
      [](const rpc::Call&,
         const forum::v1::CreateTopicRequest&) -> absl::StatusOr<forum::v1::Topic> {
        return status::InvalidField("title", "The title is missing.");
      });
  Start();
  const std::string form = "raw=typed+%C3%BC&title=&_page=%2Fnew%3Fcategory%3Dgeneral";
  const RawResponse response = client_->Ask(
      "POST /api/v1/topics HTTP/1.1\r\nHost: h\r\nOrigin: http://h\r\nAccept: text/html\r\n"
      "Cookie: forium_session=member-5\r\nContent-Type: application/x-www-form-urlencoded\r\n"
      "Content-Length: " +
      std::to_string(form.size()) + "\r\n\r\n" + form);
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("\"raw\":\"typed ü\""));
  EXPECT_THAT(response.body, HasSubstr("\"field\":\"title\""));
}

TEST_F(PagesTest, ListIsRenderedWithoutWhatItsTopicsDoNotSay) {
  Start();
  const std::string page = Get("/").body;
  const size_t end = page.find("</main>");
  const std::string rendered = page.substr(page.find("<main>"), end - page.find("<main>"));
  EXPECT_THAT(rendered, HasSubstr("id,title,slug,"));
  for (const char* unsaid : {"closed", "pinned", "unreadCount", "excerpt", "previousPageToken"}) {
    EXPECT_THAT(rendered, Not(HasSubstr(unsaid)));
    EXPECT_THAT(page.substr(end), HasSubstr(Concat({"\"", unsaid, "\":"})));
  }
}

TEST_F(PagesTest, SecretLinksAreNotStored) {
  Start();
  EXPECT_EQ(Get("/reset/token").Header("cache-control"), "no-store");
}

TEST_F(PagesTest, PagesSayWhenTheWebApplicationIsMissing) {
  auto pages = Pages::Create(config_, services_.services(), {}, "");
  ASSERT_TRUE(pages.ok());
  pages_ = *std::move(pages);
  gateway_ = std::make_unique<Gateway>(config_, services_.services(), pages_->Hooks(), *bus_);
  ASSERT_TRUE(gateway_->Start().ok());
  client_ = std::make_unique<RawClient>(gateway_->port());
  const RawResponse response = Get("/");
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("without its pages"));
  EXPECT_EQ(Get("/_page/").status, 200);
}

TEST_F(PagesTest, RenderThatFailsIsAPlainErrorPage) {
  const std::string broken = "globalThis.render = () => { throw new Error('secret'); }";
  auto pages = Pages::Create(config_, services_.services(), {.machines = 1}, broken);
  ASSERT_TRUE(pages.ok());
  pages_ = *std::move(pages);
  gateway_ = std::make_unique<Gateway>(config_, services_.services(), pages_->Hooks(), *bus_);
  ASSERT_TRUE(gateway_->Start().ok());
  client_ = std::make_unique<RawClient>(gateway_->port());
  const RawResponse response = Get("/");
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, HasSubstr("<h1>"));
  EXPECT_THAT(response.body, Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace forium::gateway
