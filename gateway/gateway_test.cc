// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway.h"

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <mutex>
#include <thread>

#include "absl/time/clock.h"
#include "gateway/testing/fake_services.h"
#include "gateway/testing/raw_client.h"
#include "gmock/gmock.h"
#include "google/protobuf/empty.pb.h"
#include "gtest/gtest.h"
#include "proto/forium/auth/v1/auth.pb.h"
#include "proto/forium/forum/v1/posts.pb.h"
#include "proto/forium/forum/v1/topics.pb.h"
#include "proto/google/api/httpbody.pb.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

using google::api::HttpBody;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kForum[] = "forium.forum.v1.ForumService.";
constexpr char kAuth[] = "forium.auth.v1.AuthService.";
constexpr char kMember[] = "Cookie: forium_session=member-5\r\nOrigin: http://h\r\n";

// A gateway before fakes, with two pages of its own.
class GatewayTest : public ::testing::Test {
 protected:
  GatewayTest() : bus_(events::MakeInProcessBus()) {
    config_.listen = {"127.0.0.1:0"};
    config_.workers = 2;
    config_.access_log = false;
    config_.debug_statements = true;
    pages_.list = [this](Request& request) -> boost::asio::awaitable<absl::StatusOr<Response>> {
      ++rendered_;
      boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor,
                                      std::chrono::milliseconds(20));
      co_await timer.async_wait(boost::asio::use_awaitable);
      std::string text = request.props_only ? "props " : "page ";
      text += std::to_string(rendered_) + " " + request.locale + " " + std::string(request.path) +
              " " + std::to_string(request.identity->principal.user_id()) + std::string(2000, ' ');
      Response response = Response::Html(std::move(text));
      response.cache_tags = {"list", "topic:17"};
      co_return response;
    };
    pages_.new_topic = [](Request& request) -> boost::asio::awaitable<absl::StatusOr<Response>> {
      co_return Response::Html("new " + std::string(request.path) + " " + request.form_json);
    };
    pages_.topic = [](Request&) -> boost::asio::awaitable<absl::StatusOr<Response>> {
      co_return status::NotFound("There is no such topic.");
    };
    pages_.error = [](Request& request,
                      const absl::Status& error) -> boost::asio::awaitable<Response> {
      co_return Response::Html("error page " + request.request_id, status::HttpStatus(error));
    };
    pages_.script_hashes = {"'sha256-x='"};
  }
  ~GatewayTest() override { gateway_.reset(); }

  void Start() {
    gateway_ = std::make_unique<Gateway>(config_, services_.services(), pages_, *bus_);
    const absl::Status started = gateway_->Start();
    ASSERT_TRUE(started.ok()) << started;
    client_ = std::make_unique<RawClient>(gateway_->port());
  }
  RawResponse Ask(const std::string& line, const std::string& fields = "",
                  const std::string& body = "") {
    const std::string length =
        body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return client_->Ask(line + " HTTP/1.1\r\nHost: h\r\n" + fields + length + "\r\n" + body);
  }
  RawResponse PostJson(const std::string& path, const std::string& body,
                       const std::string& fields = kMember) {
    return Ask("POST " + path, fields + "Content-Type: application/json\r\n", body);
  }
  RawResponse PostForm(const std::string& path, const std::string& body,
                       const std::string& fields = kMember) {
    return Ask("POST " + path, fields + "Content-Type: application/x-www-form-urlencoded\r\n",
               body);
  }
  void FakeCreatePost() {
    services_.On<forum::v1::CreatePostRequest, forum::v1::Post>(
        std::string(kForum) + "CreatePost",
        [](const rpc::Call& call,
           const forum::v1::CreatePostRequest& request) -> absl::StatusOr<forum::v1::Post> {
          if (request.raw().empty()) return status::InvalidField("raw", "Write something.");
          forum::v1::Post post;
          post.set_id(100);
          post.set_topic_id(request.topic_id());
          post.set_topic_slug("slug");
          post.set_number(2);
          post.set_author_id(call.principal.user_id());
          post.set_raw(request.raw());
          return post;
        });
  }
  void Publish(events::v1::Event event) {
    ASSERT_TRUE(bus_->Publish("forum", std::vector<events::v1::Event>{std::move(event)}).ok());
  }

  Config config_;
  FakeServices services_;
  std::unique_ptr<events::Bus> bus_;
  PageHooks pages_;
  std::atomic<int> rendered_{0};
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<RawClient> client_;
};

// ---- The API
// -------------------------------------------------------------------------------------------------------

TEST_F(GatewayTest, ReadyBytesPassThrough) {
  services_.On<forum::v1::GetTopicRequest, HttpBody>(
      std::string(kForum) + "GetTopic",
      [](const rpc::Call&, const forum::v1::GetTopicRequest& request) -> absl::StatusOr<HttpBody> {
        HttpBody body;
        body.set_content_type("application/json");
        body.set_data("{\"id\":\"" + std::to_string(request.id()) +
                      "\",\"n\":" + std::to_string(request.post_number()) + "}");
        return body;
      });
  Start();
  const RawResponse response = Ask("GET /api/v1/topics/17?postNumber=4");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"id":"17","n":4})");
  EXPECT_EQ(response.Header("content-type"), "application/json");
  EXPECT_EQ(response.Header("x-content-type-options"), "nosniff");
  EXPECT_EQ(response.Header("x-request-id").size(), 16u);
}

TEST_F(GatewayTest, TheTraceOfATrustedProxyReachesTheServices) {
  std::string traceparent;
  services_.On<forum::v1::GetTopicRequest, HttpBody>(
      std::string(kForum) + "GetTopic",
      [&](const rpc::Call& call, const forum::v1::GetTopicRequest&) -> absl::StatusOr<HttpBody> {
        traceparent = call.traceparent;
        return HttpBody();
      });
  Start();
  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  Ask("GET /api/v1/topics/17", "traceparent: " + trace + "\r\n");
  EXPECT_EQ(traceparent, trace) << "handed on as it is, since nothing exports";
  Ask("GET /api/v1/topics/17", "traceparent: nonsense\r\n");
  EXPECT_EQ(traceparent, "");
  Ask("GET /api/v1/topics/17");
  EXPECT_EQ(traceparent, "");
}

TEST_F(GatewayTest, WhatStrangersSayOfOthersIsNotBelieved) {
  config_.limits.proxy_protocol = {"127.0.0.1"};  // so that one can come from elsewhere
  config_.trusted_proxies = {"198.51.100.0/24"};
  std::string traceparent;
  std::string client;
  services_.On<forum::v1::GetTopicRequest, HttpBody>(
      std::string(kForum) + "GetTopic",
      [&](const rpc::Call& call, const forum::v1::GetTopicRequest&) -> absl::StatusOr<HttpBody> {
        traceparent = call.traceparent;
        client = call.peer_address;
        return HttpBody();
      });
  Start();
  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto ask_from = [&](const std::string& address) {
    client_ = std::make_unique<RawClient>(gateway_->port());
    client_->Send("PROXY TCP4 " + address + " 127.0.0.1 50000 80\r\n");
    Ask("GET /api/v1/topics/17", "traceparent: " + trace + "\r\nX-Forwarded-For: 203.0.113.9\r\n");
  };
  ask_from("192.0.2.1");
  EXPECT_EQ(traceparent, "");
  EXPECT_EQ(client, "192.0.2.1");
  ask_from("198.51.100.7");
  EXPECT_EQ(traceparent, trace);
  EXPECT_EQ(client, "203.0.113.9");
}

TEST_F(GatewayTest, CreateAnswersTheResourceWithZeroes) {
  FakeCreatePost();
  Start();
  const RawResponse response = PostJson("/api/v1/topics/17/posts", R"({"raw":"hello"})");
  EXPECT_EQ(response.status, 201);
  EXPECT_THAT(response.body, HasSubstr(R"("topicId":"17")"));
  EXPECT_THAT(response.body, HasSubstr(R"("authorId":"5")"));
  EXPECT_THAT(response.body, HasSubstr(R"("likesCount":0)"));
}

TEST_F(GatewayTest, ErrorsAreProblems) {
  FakeCreatePost();
  Start();
  const RawResponse response = PostJson("/api/v1/topics/17/posts", R"({"raw":""})");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.Header("content-type"), "application/problem+json");
  EXPECT_THAT(response.body, HasSubstr(R"("detail":"Write something.")"));
  EXPECT_THAT(response.body, HasSubstr(R"("field":"raw")"));
  EXPECT_THAT(response.body,
              HasSubstr("\"requestId\":\"" + response.Header("x-request-id") + "\""));
}

TEST_F(GatewayTest, ServicesRefuseWhoMayNot) {
  FakeCreatePost();
  Start();
  const RawResponse response = PostJson("/api/v1/topics/17/posts", R"({"raw":"x"})", "");
  EXPECT_EQ(response.status, 401);
  EXPECT_THAT(response.body, HasSubstr("SIGN_IN_REQUIRED"));
}

TEST_F(GatewayTest, EmptyAnswerHasNoBody) {
  services_.On<forum::v1::MarkAllReadRequest, google::protobuf::Empty>(
      std::string(kForum) + "MarkAllRead",
      [](const rpc::Call&, const auto&) -> absl::StatusOr<google::protobuf::Empty> {
        return google::protobuf::Empty();
      });
  Start();
  const RawResponse response = PostJson("/api/v1/me/read-all", "{}");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.Header("content-length"), "");
}

TEST_F(GatewayTest, UnknownPathsAndMethods) {
  Start();
  EXPECT_EQ(Ask("GET /api/v1/nothing").status, 404);
  const RawResponse wrong = Ask("DELETE /api/v1/topics");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.Header("allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(Ask("BREW /").status, 501);
  EXPECT_EQ(Ask("OPTIONS /api/v1/topics").status, 204);
  EXPECT_EQ(Ask("OPTIONS *").status, 204);
  EXPECT_EQ(Ask("GET /api/v1/topics?a=%FF").status, 400);
  EXPECT_EQ(Ask("GET /_page/api/v1/topics").status, 404);
}

TEST_F(GatewayTest, EveryAnswerHasSecurityHeadersOnce) {
  Start();
  for (const char* target : {"/latest", "/api/v1/nothing", "/t/a/17", "/latest?a=%FF"}) {
    const std::string head = Ask(std::string("GET ") + target).head;
    const size_t first = head.find("X-Content-Type-Options");
    EXPECT_NE(first, std::string::npos) << target;
    EXPECT_EQ(head.find("X-Content-Type-Options", first + 1), std::string::npos) << target;
  }
  EXPECT_EQ(client_->Ask("nonsense\r\n\r\n").Header("x-content-type-options"), "nosniff");
}

TEST_F(GatewayTest, SlashAtTheEndLeadsToThePage) {
  Start();
  const RawResponse response = Ask("GET /latest/");
  EXPECT_EQ(response.status, 301);
  EXPECT_EQ(response.Header("location"), "/latest");
  EXPECT_EQ(Ask("GET //evil.example/").status, 404);
}

TEST_F(GatewayTest, EtagOfAPostIsItsRevision) {
  services_.On<forum::v1::GetPostRequest, forum::v1::Post>(
      std::string(kForum) + "GetPost",
      [](const rpc::Call&, const auto&) -> absl::StatusOr<forum::v1::Post> {
        forum::v1::Post post;
        post.set_revision(3);
        return post;
      });
  Start();
  EXPECT_EQ(Ask("GET /api/v1/posts/1").Header("etag"), "\"3\"");
  EXPECT_EQ(Ask("GET /api/v1/posts/1", "If-None-Match: \"3\"\r\n").status, 304);
}

// ---- Identity
// ------------------------------------------------------------------------------------------------------

TEST_F(GatewayTest, IdentityIsAskedOnceAndDroppedByEvents) {
  Start();
  EXPECT_THAT(Ask("GET /unread", kMember).body, HasSubstr(" 5"));
  EXPECT_THAT(Ask("GET /unread", kMember).body, HasSubstr(" 5"));
  EXPECT_EQ(services_.resolved(), 1);
  events::v1::Event other;
  other.mutable_sessions_ended()->set_user_id(6);
  events::v1::Event event;
  event.mutable_sessions_ended()->set_user_id(5);
  Publish(other);
  Publish(event);
  const absl::Time end = absl::Now() + absl::Seconds(5);
  while (services_.resolved() < 2 && absl::Now() < end) Ask("GET /unread", kMember);
  EXPECT_EQ(services_.resolved(), 2);
}

TEST_F(GatewayTest, VoidCookieMakesAGuestAndIsCleared) {
  Start();
  const RawResponse response = Ask("GET /unread", "Cookie: forium_session=nonsense\r\n");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.Header("set-cookie"), HasSubstr("forium_session=; Path=/; Max-Age=0"));
}

TEST_F(GatewayTest, VoidBearerIsRefused) {
  Start();
  EXPECT_EQ(Ask("GET /api/v1/me", "Authorization: Bearer nonsense\r\n").status, 401);
  EXPECT_EQ(Ask("GET /api/v1/me", "Authorization: Bearer \r\n").status, 401);
}

TEST_F(GatewayTest, BearerNeedsNoOrigin) {
  FakeCreatePost();
  Start();
  EXPECT_EQ(
      PostJson("/api/v1/topics/17/posts", R"({"raw":"x"})", "Authorization: Bearer member-5\r\n")
          .status,
      201);
}

TEST_F(GatewayTest, OtherSitesMayNotChangeAnything) {
  FakeCreatePost();
  Start();
  const RawResponse response =
      PostJson("/api/v1/topics/17/posts", R"({"raw":"x"})",
               "Cookie: forium_session=member-5\r\nOrigin: https://evil.example\r\n");
  EXPECT_EQ(response.status, 403);
  EXPECT_THAT(response.body, HasSubstr("CROSS_SITE"));
}

TEST_F(GatewayTest, SigningInSetsTheCookieAndOutClearsIt) {
  services_.On<auth::v1::CreateSessionRequest, auth::v1::Session>(
      std::string(kAuth) + "CreateSession",
      [](const rpc::Call& call, const auto&) -> absl::StatusOr<auth::v1::Session> {
        EXPECT_EQ(call.peer_address, "127.0.0.1");
        auth::v1::Session session;
        session.set_token("member-5");
        session.mutable_expires_at()->set_seconds(
            absl::ToUnixSeconds(absl::Now() + absl::Hours(1)));
        return session;
      });
  services_.On<auth::v1::DeleteSessionRequest, google::protobuf::Empty>(
      std::string(kAuth) + "DeleteSession",
      [](const rpc::Call&, const auto&) -> absl::StatusOr<google::protobuf::Empty> {
        return google::protobuf::Empty();
      });
  Start();
  const RawResponse in = PostJson("/api/v1/sessions", R"({"login":"a","password":"b"})", "");
  EXPECT_EQ(in.status, 201);
  EXPECT_THAT(in.Header("set-cookie"), HasSubstr("forium_session=member-5; Path=/; Max-Age="));
  EXPECT_THAT(in.Header("set-cookie"), HasSubstr("HttpOnly; SameSite=Lax"));
  EXPECT_THAT(in.body, HasSubstr(R"("token":"member-5")"));
  const RawResponse out = Ask("DELETE /api/v1/sessions/current", kMember);
  EXPECT_EQ(out.status, 204);
  EXPECT_THAT(out.Header("set-cookie"), HasSubstr("Max-Age=0"));
}

// ---- Forms
// ---------------------------------------------------------------------------------------------------------

TEST_F(GatewayTest, FormRedirectsToWhatItMade) {
  FakeCreatePost();
  Start();
  const RawResponse response =
      PostForm("/api/v1/topics/17/posts",
               "raw=hello&_next=%2Ft%2F%7Btopic_slug%7D%2F%7Btopic_id%7D%2F%7Bnumber%7D");
  EXPECT_EQ(response.status, 303);
  EXPECT_EQ(response.Header("location"), "/t/slug/17/2");
}

TEST_F(GatewayTest, FailedFormShowsItsPageAgain) {
  FakeCreatePost();
  Start();
  const RawResponse response =
      PostForm("/api/v1/topics/17/posts", "raw=&title=kept&_page=%2Fnew%3Fcategory%3Da");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body,
              HasSubstr(R"(new /new {"values":{"raw":"","title":"kept"},"error":{)"));
  EXPECT_EQ(response.Header("content-type"), "text/html; charset=utf-8");
  EXPECT_THAT(response.Header("content-security-policy"), HasSubstr("'sha256-x='"));
}

TEST_F(GatewayTest, FormMayDelete) {
  services_.On<forum::v1::DeletePostRequest, forum::v1::Post>(
      std::string(kForum) + "DeletePost",
      [](const rpc::Call&,
         const forum::v1::DeletePostRequest& request) -> absl::StatusOr<forum::v1::Post> {
        EXPECT_EQ(request.reason(), "spam");
        forum::v1::Post post;
        post.set_id(request.id());
        return post;
      });
  Start();
  EXPECT_EQ(PostForm("/api/v1/posts/9", "_method=DELETE&reason=spam&_next=%2Fp%2F%7Bid%7D")
                .Header("location"),
            "/p/9");
}

// ---- Pages and their cache
// -----------------------------------------------------------------------------------------

TEST_F(GatewayTest, GuestsShareAPageUntilAnEventDropsIt) {
  Start();
  const RawResponse first = Ask("GET /latest");
  EXPECT_THAT(first.body, HasSubstr("page 1"));
  EXPECT_THAT(first.Header("content-security-policy"), HasSubstr("script-src 'self' 'sha256-x='"));
  const RawResponse again = Ask("GET /latest?utm_source=x");
  EXPECT_THAT(again.body, HasSubstr("page 1"));
  EXPECT_EQ(again.Header("forium-sql-statements"), "0");
  EXPECT_EQ(Ask("GET /latest", "If-None-Match: " + first.Header("etag") + "\r\n").status, 304);
  EXPECT_EQ(Ask("GET /latest", "If-None-Match: \"x\"\r\n").status, 200);
  EXPECT_EQ(rendered_, 1);

  events::v1::Event event;
  event.mutable_post_changed()->set_topic_id(17);
  Publish(event);
  const absl::Time end = absl::Now() + absl::Seconds(5);
  while (rendered_ < 2 && absl::Now() < end) Ask("GET /latest");
  EXPECT_THAT(Ask("GET /latest").body, HasSubstr("page 2"));
}

TEST_F(GatewayTest, KeyHasLocaleEncodingQueryAndKind) {
  Start();
  Ask("GET /latest");
  Ask("GET /latest", "Accept-Language: de\r\n");
  Ask("GET /latest", "Accept-Encoding: br\r\n");
  Ask("GET /latest?page_token=x");
  Ask("GET /_page/latest");
  EXPECT_EQ(rendered_, 5);
  EXPECT_THAT(Ask("GET /latest", "Accept-Language: de-AT\r\n").body, HasSubstr("page 2 de"));
  EXPECT_EQ(Ask("GET /latest", "Accept-Encoding: gzip, br\r\n").Header("content-encoding"), "br");
  EXPECT_THAT(Ask("GET /latest?page_token=x&b=c").body, HasSubstr("page 4"));
  EXPECT_THAT(Ask("GET /_page/latest").body, HasSubstr("props 5"));
  EXPECT_EQ(rendered_, 5);
}

TEST_F(GatewayTest, MembersGetTheirOwnPages) {
  Start();
  Ask("GET /latest");
  EXPECT_THAT(Ask("GET /latest", kMember).body, HasSubstr("/latest 5"));
  EXPECT_THAT(Ask("GET /latest", kMember).Header("cache-control"), HasSubstr("private"));
  EXPECT_THAT(Ask("GET /latest").body, HasSubstr("page 1"));
  EXPECT_EQ(rendered_, 3);
}

TEST_F(GatewayTest, ManyGuestsMakeAPageOnce) {
  Start();
  std::vector<std::future<std::string>> bodies;
  for (int i = 0; i < 8; ++i) {
    bodies.push_back(std::async(std::launch::async, [this] {
      return RawClient(gateway_->port()).Ask("GET /latest HTTP/1.1\r\nHost: h\r\n\r\n").body;
    }));
  }
  for (auto& body : bodies) EXPECT_THAT(body.get(), HasSubstr("page 1"));
  EXPECT_EQ(rendered_, 1);
}

TEST_F(GatewayTest, CacheMayBeOff) {
  config_.page_cache = false;
  Start();
  Ask("GET /latest");
  Ask("GET /latest");
  EXPECT_EQ(rendered_, 2);
}

TEST_F(GatewayTest, BrowsersGetErrorPages) {
  Start();
  const RawResponse topic = Ask("GET /t/a/17", "Accept: text/html\r\n");
  EXPECT_EQ(topic.status, 404);
  EXPECT_THAT(topic.body, HasSubstr("error page "));
  EXPECT_EQ(Ask("GET /nothing/here", "Accept: text/html,*/*\r\n").Header("content-type"),
            "text/html; charset=utf-8");
  EXPECT_EQ(Ask("GET /nothing/here").Header("content-type"), "application/problem+json");
  EXPECT_EQ(Ask("GET /_page/nothing").Header("content-type"), "text/html; charset=utf-8");
}

// ---- Limits
// --------------------------------------------------------------------------------------------------------

TEST_F(GatewayTest, TooManyRequestsAreToldWhenToComeBack) {
  config_.rate_burst = 3;
  config_.rate_per_second = 1;
  Start();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Ask("GET /latest").status, 200);
  const RawResponse response = Ask("GET /latest");
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.Header("retry-after"), "1");
  EXPECT_EQ(Ask("GET /latest", "X-Forwarded-For: 203.0.113.9\r\n").status, 200);
}

TEST_F(GatewayTest, BrowsersThatAskTooOftenGetAPage) {
  config_.limits.search_rate_burst = 1;
  config_.limits.search_rate_per_second = 1;
  Start();
  const std::string browser = "Accept: text/html,*/*;q=0.8\r\nAccept-Language: de\r\n";
  EXPECT_NE(Ask("GET /search?q=a", browser).status, 429);
  const RawResponse page = Ask("GET /search?q=a", browser);
  EXPECT_EQ(page.status, 429);
  EXPECT_EQ(page.Header("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.Header("retry-after"), "1");
  EXPECT_EQ(page.Header("cache-control"), "no-store");
  EXPECT_THAT(page.Header("content-security-policy"), HasSubstr("default-src 'none'; style-src"));
  EXPECT_EQ(page.Header("x-content-type-options"), "nosniff");
  EXPECT_THAT(page.body, HasSubstr("In einer Sekunde geht es weiter."));
  // Our own pages ask for what they show as JSON.
  EXPECT_EQ(Ask("GET /_page/search?q=a", browser).Header("content-type"),
            "application/problem+json");
  EXPECT_EQ(Ask("GET /api/v1/search?q=a").Header("content-type"), "application/problem+json");
}

TEST_F(GatewayTest, AuthAwayIsUnavailable) {
  services_.On<auth::v1::ResolveSessionRequest, auth::v1::ResolveSessionResponse>(
      std::string(kAuth) + "ResolveSession",
      [](const rpc::Call&, const auto&) -> absl::StatusOr<auth::v1::ResolveSessionResponse> {
        return absl::UnavailableError("connection refused by 10.0.0.1");
      });
  Start();
  const RawResponse response = Ask("GET /latest");
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, Not(HasSubstr("10.0.0.1")));
}

// One request is worked on; of two that come with `fields` one waits, the other has no room to.
class FullQueueTest : public GatewayTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(FullQueueTest, TurnsAwayAtOnce) {
  config_.limits.min_concurrency = config_.limits.max_concurrency = 1;
  config_.limits.queue_length = 1;
  config_.limits.queue_timeout = absl::Seconds(9);
  std::promise<void> begun;
  std::promise<void> go_on;
  services_.On<forum::v1::MarkAllReadRequest, google::protobuf::Empty>(
      std::string(kForum) + "MarkAllRead",
      [&](const rpc::Call&, const auto&) -> absl::StatusOr<google::protobuf::Empty> {
        begun.set_value();
        go_on.get_future().wait();
        return google::protobuf::Empty();
      });
  Start();
  ASSERT_EQ(Ask("GET /nowhere").status, 404);  // guests are known from here on
  auto worked_on =
      std::async(std::launch::async, [this] { return PostJson("/api/v1/me/read-all", "{}"); });
  begun.get_future().wait();
  const int asked = services_.resolved();
  std::promise<RawResponse> first;
  std::once_flag one;
  const auto ask = [&] {
    RawClient reader(gateway_->port());
    const RawResponse response =
        reader.Ask(std::string("GET /nowhere HTTP/1.1\r\nHost: h\r\n") + GetParam() + "\r\n");
    std::call_once(one, [&] { first.set_value(response); });
    return response.status;
  };
  auto a = std::async(std::launch::async, ask);
  auto b = std::async(std::launch::async, ask);
  const RawResponse shed = first.get_future().get();
  EXPECT_EQ(services_.resolved(), asked) << "nobody was asked who it is";
  go_on.set_value();
  EXPECT_EQ(shed.status, 503);
  EXPECT_NE(shed.Header("Retry-After"), "");
  EXPECT_EQ(shed.Header("Cache-Control"), "no-store");
  EXPECT_EQ(shed.Header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(shed.Header("X-Request-Id").size(), 16u);
  EXPECT_EQ(worked_on.get().status, 204);
  EXPECT_EQ(a.get() + b.get(), 503 + 404);
}

INSTANTIATE_TEST_SUITE_P(GuestsAndUnknownTokens, FullQueueTest,
                         ::testing::Values("", "Authorization: Bearer member-7\r\n"));

TEST_F(GatewayTest, DrainWaitsForCallsUnderWay) {
  std::promise<void> begun;
  services_.On<forum::v1::MarkAllReadRequest, google::protobuf::Empty>(
      std::string(kForum) + "MarkAllRead",
      [&begun](const rpc::Call&, const auto&) -> absl::StatusOr<google::protobuf::Empty> {
        begun.set_value();
        absl::SleepFor(absl::Milliseconds(200));
        return google::protobuf::Empty();
      });
  Start();
  auto answer =
      std::async(std::launch::async, [this] { return PostJson("/api/v1/me/read-all", "{}"); });
  begun.get_future().wait();
  gateway_->Drain();
  EXPECT_EQ(answer.get().status, 204);
}

}  // namespace
}  // namespace forium::gateway
