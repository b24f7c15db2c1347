// SPDX-License-Identifier: Apache-2.0
// A gateway with real pages and a stand-in bundle before services that say what a test wants. By
// default: a community with a category and a topic, all of hostile names.
#pragma once

#include <boost/json.hpp>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "gateway/gateway.h"
#include "gateway/pages/pages.h"
#include "gateway/testing/fake_services.h"
#include "gateway/testing/raw_client.h"
#include "gtest/gtest.h"
#include "proto/forium/auth/v1/auth.pb.h"
#include "proto/forium/forum/v1/administration.pb.h"
#include "proto/forium/forum/v1/forum.json.h"
#include "proto/google/api/httpbody.pb.h"
#include "services/base/status/status.h"

namespace forium::gateway {

inline constexpr char kHostile[] =
    "</script><script>alert(1)</script> & \"quotes\" 'x' \x01 ü 🦊";

class PagesTest : public ::testing::Test {
 protected:
  using HttpBody = google::api::HttpBody;

  PagesTest()
      : bundle_(ReadFile("gateway/ssr/testdata/render.js")), bus_(events::MakeInProcessBus()) {
    config_.listen = {"127.0.0.1:0"};
    config_.workers = 1;
    config_.access_log = false;
    config_.rate_limit = false;
    config_.debug_statements = true;
    topic_.set_id(17);
    topic_.set_title(kHostile);
    topic_.set_slug("right-slug");
    topic_.set_category_id(3);
    topic_.set_author_id(5);
    topic_.add_tags("a&b");
    topic_.mutable_bumped_at()->set_seconds(1700000000);
    topic_.mutable_created_at()->set_seconds(1600000000);
    user_.set_id(5);
    user_.set_username("anna");
    user_.set_bio(kHostile);
    FakeAuth();
    FakeForum();
  }
  ~PagesTest() override { gateway_.reset(); }

  void Start() {
    auto pages = Pages::Create(config_, services_.services(), {.machines = 1}, bundle_);
    ASSERT_TRUE(pages.ok()) << pages.status();
    pages_ = *std::move(pages);
    gateway_ = std::make_unique<Gateway>(config_, services_.services(), pages_->Hooks(), *bus_);
    const absl::Status started = gateway_->Start();
    ASSERT_TRUE(started.ok()) << started;
    client_ = std::make_unique<RawClient>(gateway_->port());
  }

  RawResponse Get(const std::string& path, const std::string& token = "") {
    const std::string cookie = token.empty() ? "" : "Cookie: forium_session=" + token + "\r\n";
    return client_->Ask("GET " + path + " HTTP/1.1\r\nHost: h\r\nAccept: text/html\r\n" + cookie +
                        "\r\n");
  }
  // The props of a page; fails the test unless they are JSON with what every page has.
  boost::json::object Props(const std::string& path, const std::string& token = "",
                            int status = 200) {
    const RawResponse response = Get("/_page" + path, token);
    EXPECT_EQ(response.status, status) << path << " " << response.body;
    EXPECT_EQ(response.Header("content-type"), "application/json");
    boost::system::error_code error;
    const boost::json::value value = boost::json::parse(response.body, error);
    EXPECT_FALSE(error) << path << ": " << response.body;
    if (error || !value.is_object()) return {};
    if (!value.as_object().contains("redirect")) {
      for (const char* key :
           {"page", "path", "locale", "dir", "site", "me", "categories", "unread", "title",
            "description", "canonical", "robots", "publicUrl", "requestId", "data", "form"}) {
        EXPECT_TRUE(value.as_object().contains(key)) << path << " lacks " << key;
      }
    }
    return value.as_object();
  }

  template <typename Message>
  static HttpBody Ready(const Message& message, const forum::v1::BodyFacts& facts) {
    HttpBody body;
    body.set_content_type("application/json");
    AppendJson(message, body.mutable_data());
    body.add_extensions()->PackFrom(facts);
    return body;
  }

  template <typename Request, typename Response>
  void Answer(const std::string& method, const Response& response) {
    services_.On<Request, Response>(method, [&response](const rpc::Call&, const Request&) {
      return absl::StatusOr<Response>(response);
    });
  }

  void FakeAuth() {
    const std::string auth = "forium.auth.v1.AuthService.";
    site_.set_name(kHostile);
    site_.set_description("All of it");
    site_.set_locale("en");
    services_.On<auth::v1::GetSiteRequest, auth::v1::Site>(
        auth + "GetSite",
        [this](const rpc::Call&,
               const auth::v1::GetSiteRequest&) -> absl::StatusOr<auth::v1::Site> {
          ++sites_asked_;
          return site_;
        });
    services_.On<auth::v1::GetUserRequest, auth::v1::User>(
        auth + "GetUser",
        [this](const rpc::Call&,
               const auth::v1::GetUserRequest& request) -> absl::StatusOr<auth::v1::User> {
          if (request.username() == "nobody") return status::NotFound("There is no such account.");
          return user_;
        });
    Answer<auth::v1::GetLinkRequest>(auth + "GetLink", link_);
    Answer<auth::v1::ListSessionsRequest>(auth + "ListSessions", sessions_);
    Answer<auth::v1::ListUsersRequest>(auth + "ListUsers", users_);
  }

  void FakeForum() {
    using forum::v1::GetTopicRequest;
    const std::string forum = "forium.forum.v1.ForumService.";
    auto& category = *categories_.add_categories();
    category.set_id(3);
    category.set_slug("general");
    category.set_name(kHostile);
    category.set_unread_count(9);
    services_.On<forum::v1::ListCategoriesRequest, HttpBody>(
        forum + "ListCategories",
        [this](const rpc::Call&, const forum::v1::ListCategoriesRequest&) {
          ++categories_asked_;
          return absl::StatusOr<HttpBody>(Ready(categories_, {}));
        });
    services_.On<forum::v1::ListTopicsRequest, HttpBody>(
        forum + "ListTopics",
        [this](const rpc::Call&,
               const forum::v1::ListTopicsRequest& request) -> absl::StatusOr<HttpBody> {
          if (request.category() == "secret") return status::NotFound("No such category.");
          forum::v1::ListTopicsResponse list;
          *list.add_topics() = topic_;
          auto& author = *list.add_authors();
          author.set_id(5);
          author.set_username("anna");
          author.set_display_name("Anna <b>");
          return Ready(list, {});
        });
    services_.On<GetTopicRequest, HttpBody>(
        forum + "GetTopic",
        [this](const rpc::Call&, const GetTopicRequest& request) -> absl::StatusOr<HttpBody> {
          if (request.id() != topic_.id()) return status::NotFound("No such topic.");
          ++topics_asked_;
          forum::v1::BodyFacts facts;
          facts.set_topic_slug(topic_.slug());
          facts.set_topic_title(topic_.title());
          facts.set_excerpt(kHostile);
          facts.add_cache_tags("topic:17");
          return Ready(topic_, facts);
        });
    services_.On<forum::v1::ListPostsRequest, HttpBody>(
        forum + "ListPosts",
        [this](const rpc::Call&,
               const forum::v1::ListPostsRequest& request) -> absl::StatusOr<HttpBody> {
          if (request.topic_id() != topic_.id()) return status::NotFound("No such topic.");
          forum::v1::BodyFacts facts;
          facts.set_topic_slug(topic_.slug());
          facts.set_topic_title(topic_.title());
          facts.add_cache_tags("topic:17");
          return Ready(posts_, facts);
        });
    services_.On<forum::v1::ListTopicAddressesRequest, forum::v1::ListTopicAddressesResponse>(
        forum + "ListTopicAddresses",
        [this](const rpc::Call& call, const forum::v1::ListTopicAddressesRequest& request)
            -> absl::StatusOr<forum::v1::ListTopicAddressesResponse> {
          forum::v1::ListTopicAddressesResponse response;
          // Who asks is a guest, whoever asked us.
          if (call.principal.user_id() != 0) return status::NotFound("Not for members.");
          if (request.segment() < 0) *response.mutable_segments() = addresses_.segments();
          if (request.segment() == 0) *response.mutable_topics() = addresses_.topics();
          return response;
        });
    services_.On<forum::v1::ResolveOldIdRequest, forum::v1::ResolveOldIdResponse>(
        forum + "ResolveOldId",
        [this](const rpc::Call&, const forum::v1::ResolveOldIdRequest& request)
            -> absl::StatusOr<forum::v1::ResolveOldIdResponse> {
          const auto found =
              imported_.find(request.kind() + " " + std::to_string(request.source_id()));
          if (found == imported_.end()) return status::NotFound("Never imported.");
          forum::v1::ResolveOldIdResponse response;
          response.set_path(found->second);
          return response;
        });
    services_.On<forum::v1::GetPostRequest, forum::v1::Post>(
        forum + "GetPost",
        [this](const rpc::Call&,
               const forum::v1::GetPostRequest& request) -> absl::StatusOr<forum::v1::Post> {
          if (request.id() != post_.id()) return status::NotFound("No such post.");
          return post_;
        });
    auto& first = *posts_.add_posts();
    first.set_id(90);
    first.set_number(1);
    first.set_author_id(5);
    first.set_html("<p>first words <a href=\"/u/anna\">]]&gt;</a></p>");
    first.mutable_created_at()->set_seconds(1600000000);
    addresses_.add_segments()->mutable_changed_at()->set_seconds(1700000000);
    auto& address = *addresses_.add_topics();
    address.set_id(17);
    address.set_slug("right-slug");
    address.mutable_changed_at()->set_seconds(1700000000);
    post_.set_id(100);
    post_.set_topic_id(17);
    post_.set_number(4);
    post_.set_topic_slug("right-slug");
    post_.set_raw(kHostile);
    post_.set_can_edit(true);
    Answer<forum::v1::GetUnreadRequest>(forum + "GetUnread", unread_);
    Answer<forum::v1::ListTagsRequest>(forum + "ListTags", tags_);
    Answer<forum::v1::ListRevisionsRequest>(forum + "ListRevisions", revisions_);
    Answer<forum::v1::GetUserStatisticsRequest>(forum + "GetUserStatistics", user_statistics_);
    Answer<forum::v1::ListUserPostsRequest>(forum + "ListUserPosts", activity_);
    Answer<forum::v1::GetStatisticsRequest>(forum + "GetStatistics", statistics_);
  }

  static std::string ReadFile(const char* path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  const std::string bundle_;
  Config config_;
  FakeServices services_;
  std::unique_ptr<events::Bus> bus_;
  std::unique_ptr<Pages> pages_;
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<RawClient> client_;

  auth::v1::Site site_;
  auth::v1::User user_;
  auth::v1::Link link_;
  auth::v1::ListSessionsResponse sessions_;
  auth::v1::ListUsersResponse users_;
  forum::v1::Topic topic_;
  forum::v1::Post post_;
  forum::v1::ListPostsResponse posts_;
  forum::v1::ListTopicAddressesResponse addresses_;
  forum::v1::ListCategoriesResponse categories_;
  forum::v1::ListTagsResponse tags_;
  forum::v1::Unread unread_;
  forum::v1::ListRevisionsResponse revisions_;
  forum::v1::UserStatistics user_statistics_;
  forum::v1::ListUserPostsResponse activity_;
  forum::v1::Statistics statistics_;
  std::map<std::string, std::string> imported_;  // `topic 5` → path
  std::atomic<int> sites_asked_ = 0;
  std::atomic<int> categories_asked_ = 0;
  std::atomic<int> topics_asked_ = 0;
};

}  // namespace forium::gateway
