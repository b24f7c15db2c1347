// SPDX-License-Identifier: Apache-2.0
// The page cache, codings, shared caching and early hints as clients see them.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "absl/time/clock.h"
#include "gateway/gateway.h"
#include "gateway/http2/frame_client.h"
#include "gateway/testing/fake_services.h"
#include "gateway/testing/raw_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/events/events.h"
#include "services/base/observe/metrics.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

using events::v1::PostChanged;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kMember[] = "Cookie: forium_session=member-5\r\n";
constexpr char kDocument[] =
    "<!doctype html><head><link rel=\"stylesheet\" href=\"/assets/a.css\"></head>";

// A gateway before fakes, with a list whose making waits for the test.
class CachingTest : public ::testing::Test {
 protected:
  CachingTest() : bus_(events::MakeInProcessBus()) {
    config_.listen = {"127.0.0.1:0"};
    config_.workers = 2;
    config_.access_log = false;
    config_.rate_limit = false;
    pages_.list = [this](Request& request) -> boost::asio::awaitable<absl::StatusOr<Response>> {
      const int number = ++rendered_;
      boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
      while (held_) {
        timer.expires_after(std::chrono::milliseconds(1));
        co_await timer.async_wait(boost::asio::use_awaitable);
      }
      if (request.path == "/tag/none") co_return status::NotFound("There is no such tag.");
      Response response = Response::Html(kDocument + std::string("page ") + std::to_string(number) +
                                         std::string(2000, ' '));
      response.cache_tags = {"list", "topic:17"};
      co_return response;
    };
    pages_.on_event = [this](const events::v1::Event&) { ++heard_; };
    pages_.error = [](Request&, const absl::Status& error) -> boost::asio::awaitable<Response> {
      co_return Response::Html(std::string(2000, 'e'), status::HttpStatus(error));
    };
  }
  ~CachingTest() override {
    held_ = false;
    gateway_.reset();
  }

  void Start() {
    gateway_ = std::make_unique<Gateway>(config_, services_.services(), pages_, *bus_);
    const absl::Status started = gateway_->Start();
    ASSERT_TRUE(started.ok()) << started;
    Ask("/nothing");  // from here on it is known who guests are
  }
  RawResponse Ask(const std::string& path, const std::string& fields = "") {
    RawClient client(gateway_->port());
    return client.Ask("GET " + path + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
  }
  void Publish(PostChanged::Kind kind) {
    events::v1::Event event;
    event.mutable_post_changed()->set_topic_id(17);
    event.mutable_post_changed()->set_kind(kind);
    event.mutable_post_changed()->set_visible(true);
    // Events are heard one after the other: when the second one begins, the first was worked on.
    events::v1::Event marker;
    marker.mutable_sessions_ended();
    const int heard = heard_;
    ASSERT_TRUE(bus_->Publish("forum", std::vector<events::v1::Event>{event, marker}).ok());
    while (heard_ < heard + 2) absl::SleepFor(absl::Milliseconds(1));
  }
  static int Counted(const std::string& metric) {
    const std::string text = "\n" + observe::MetricsText();
    const size_t at = text.find("\n" + metric + " ");
    return at == std::string::npos ? 0 : std::stoi(text.substr(at + metric.size() + 2));
  }
  // Until the counter has grown by so much since the test began.
  void AwaitShared(int count) {
    const absl::Time end = absl::Now() + absl::Seconds(20);
    while (Counted(kShared) - shared_before_ < count && absl::Now() < end) {
      absl::SleepFor(absl::Milliseconds(2));
    }
    EXPECT_GE(Counted(kShared) - shared_before_, count);
  }
  int Connect() const {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(gateway_->port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    EXPECT_EQ(::send(socket, kRequest.data(), kRequest.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(kRequest.size()));
    return socket;
  }
  static std::string ReadAll(int socket) {
    std::string answer;
    char buffer[4096];
    for (ssize_t size = 0; (size = ::recv(socket, buffer, sizeof(buffer), 0)) > 0;) {
      answer.append(buffer, static_cast<size_t>(size));
    }
    return answer;
  }

  static constexpr char kShared[] = "forium_gateway_page_cache_shared_total";
  const int shared_before_ = Counted(kShared);
  Config config_;
  FakeServices services_;
  std::unique_ptr<events::Bus> bus_;
  PageHooks pages_;
  std::atomic<int> rendered_ = 0;
  std::atomic<bool> held_ = false;
  std::atomic<int> heard_ = 0;
  std::unique_ptr<Gateway> gateway_;
};

TEST_F(CachingTest, AThousandRequestsOnAColdPageCostOneRender) {
  constexpr int kClients = 1000;
  Start();
  held_ = true;
  std::vector<int> sockets;
  for (int i = 0; i < kClients; ++i) sockets.push_back(Connect());
  AwaitShared(kClients - 1);
  held_ = false;
  for (const int socket : sockets) {
    EXPECT_THAT(ReadAll(socket), HasSubstr("page 1"));
    ::close(socket);
  }
  EXPECT_EQ(rendered_, 1);
}

TEST_F(CachingTest, TheFirstOneMayLeave) {
  Start();
  held_ = true;
  const int first = Connect();
  while (rendered_ == 0) absl::SleepFor(absl::Milliseconds(1));
  std::vector<int> others;
  for (int i = 0; i < 20; ++i) others.push_back(Connect());
  AwaitShared(20);
  ::close(first);
  held_ = false;
  for (const int socket : others) {
    EXPECT_THAT(ReadAll(socket), HasSubstr("200 OK"));
    ::close(socket);
  }
  EXPECT_LE(rendered_, 2);
}

TEST_F(CachingTest, WhileAnAdditionIsMadeVisibleOthersGetThePageBefore) {
  Start();
  EXPECT_THAT(Ask("/").body, HasSubstr("page 1"));
  held_ = true;
  Publish(PostChanged::CREATED);
  const int remaking = Connect();
  while (rendered_ < 2) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_THAT(Ask("/").body, HasSubstr("page 1"));
  // What may take something away is never answered from before.
  Publish(PostChanged::EDITED);
  const int after = Connect();
  while (rendered_ < 3) absl::SleepFor(absl::Milliseconds(1));
  held_ = false;
  EXPECT_THAT(ReadAll(remaking), HasSubstr("page 2"));
  EXPECT_THAT(ReadAll(after), HasSubstr("page 3"));
  EXPECT_THAT(Ask("/").body, HasSubstr("page 3"));
  ::close(remaking);
  ::close(after);
}

TEST_F(CachingTest, WhoComesAfterAnAdditionSeesIt) {
  Start();
  EXPECT_THAT(Ask("/").body, HasSubstr("page 1"));
  Publish(PostChanged::CREATED);
  EXPECT_THAT(Ask("/").body, HasSubstr("page 2"));
  Publish(PostChanged::REACTIONS);
  EXPECT_THAT(Ask("/").body, HasSubstr("page 3"));
  EXPECT_THAT(Ask("/").body, HasSubstr("page 3"));
}

TEST_F(CachingTest, CodingsFollowThePurposeAndEveryoneGetsOneThatHeTakes) {
  Start();
  const std::string browser = "Accept-Encoding: gzip, deflate, br, zstd\r\nAccept: text/html\r\n";
  const std::string older = "Accept-Encoding: gzip, deflate, br\r\nAccept: text/html\r\n";
  EXPECT_EQ(Ask("/", browser).Header("content-encoding"), "br");
  EXPECT_EQ(Ask("/", kMember + browser).Header("content-encoding"), "zstd");
  EXPECT_EQ(Ask("/", "Accept-Encoding: zstd\r\n").Header("content-encoding"), "zstd");
  EXPECT_EQ(Ask("/", "Accept-Encoding: br;q=0.5, gzip\r\n").Header("content-encoding"), "gzip");
  EXPECT_EQ(Ask("/", "Accept-Encoding: identity;q=0\r\n").status, 200);
  // Pages that are not kept are shared by those who wait, too.
  EXPECT_EQ(Ask("/tag/none", browser).Header("content-encoding"), "br");
  EXPECT_EQ(Ask("/tag/none", older).Header("content-encoding"), "br");
}

TEST_F(CachingTest, WithoutACdnCachesAskEachTime) {
  Start();
  const RawResponse page = Ask("/");
  EXPECT_EQ(page.Header("cache-control"), "no-cache");
  EXPECT_EQ(page.Header("cache-tag"), "");
  EXPECT_EQ(page.Header("link"), "");
}

TEST_F(CachingTest, ACdnKeepsGuestsPagesOnly) {
  config_.cdn.cdn = true;
  config_.early_hints = true;
  Start();
  const RawResponse page = Ask("/");
  EXPECT_EQ(page.Header("cache-control"),
            "public, max-age=0, s-maxage=60, stale-while-revalidate=10");
  EXPECT_EQ(page.Header("cache-tag"), "site,list,topic:17");
  EXPECT_THAT(page.Header("vary"), HasSubstr("Cookie"));
  EXPECT_EQ(page.Header("link"), "</assets/a.css>; rel=preload; as=style");
  EXPECT_EQ(Ask("/", "If-None-Match: " + page.Header("etag") + "\r\n").Header("cache-control"),
            page.Header("cache-control"));
  // The error of a guest, the page of a member, and the answer that clears a cookie.
  for (const RawResponse& other :
       {Ask("/tag/none", "Accept: text/html\r\n"), Ask("/", kMember),
        Ask("/", "Cookie: forium_session=void\r\n"), Ask("/", "Cookie: forium_session=void\r\n")}) {
    EXPECT_THAT(other.Header("cache-control"), Not(HasSubstr("public")));
    EXPECT_EQ(other.Header("cache-tag"), "");
  }
}

TEST_F(CachingTest, AMalformedPurgeAddressKeepsItFromStarting) {
  config_.cdn.cdn_purge_url = "purge.example";
  gateway_ = std::make_unique<Gateway>(config_, services_.services(), pages_, *bus_);
  EXPECT_THAT(gateway_->Start().message(), HasSubstr("cdn_purge_url"));
}

TEST_F(CachingTest, WhoHasToWaitIsToldWhatThePageNeeds) {
  config_.early_hints = true;
  Start();
  FrameClient client(gateway_->port());
  ASSERT_TRUE(client.Greet());
  // The first of the route teaches, a kept page is there at once, a new one takes time.
  const std::string hints[] = {"", "", "</assets/a.css>; rel=preload; as=style"};
  uint32_t stream = 1;
  for (const std::string& hint : hints) {
    if (!hint.empty()) Publish(PostChanged::EDITED);
    ASSERT_TRUE(client.Ask(stream, FrameClient::Get("/")));
    auto head = client.ReceiveType(NGHTTP2_HEADERS, stream);
    ASSERT_TRUE(head.has_value());
    if (!hint.empty()) {
      EXPECT_EQ(head->Field(":status"), "103");
      EXPECT_EQ(head->Field("link"), hint);
      head = client.ReceiveType(NGHTTP2_HEADERS, stream);
      ASSERT_TRUE(head.has_value());
    }
    EXPECT_EQ(head->Field(":status"), "200");
    EXPECT_THAT(client.ReceiveBody(stream), HasSubstr("page"));
    stream += 2;
  }
}

}  // namespace
}  // namespace forium::gateway
