// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/listener.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "gateway/cache/page_cache.h"
#include "gateway/testing/raw_client.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

// Answers with what it was asked; `/fields` with how many fields, `/slow` takes a while, `/big` is
// 8 MB, `/cached` and `/cached/large` are pages of the cache.
class ListenerTest : public ::testing::Test {
 protected:
  ListenerTest() {
    config_.listen = {"127.0.0.1:0"};
    config_.workers = 2;
  }
  ~ListenerTest() override {
    if (listener_ != nullptr) listener_->Drain(absl::Seconds(5));
  }

  void Serve() {
    auto page = std::make_shared<CachedPage>();
    page->head = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n";
    page->body = "cached";
    auto large = std::make_shared<CachedPage>();
    large->body = LargeBody();
    large->head =
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(large->body.size()) + "\r\n";
    Application application;
    application.quick = [page, large](Request& request, Response& response) {
      if (!request.path.starts_with("/cached")) return false;
      response.cached = request.path == "/cached" ? page : large;
      return true;
    };
    application.handle = [medium =
                              MediumBody()](Request& request) -> boost::asio::awaitable<Response> {
      if (request.path == "/slow") {
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor,
                                        std::chrono::milliseconds(300));
        co_await timer.async_wait(boost::asio::use_awaitable);
      }
      if (request.path == "/fields")
        co_return Response::Text(std::to_string(request.headers.size()));
      if (request.path == "/big") co_return Response::Text(std::string(8 << 20, 'x'));
      if (request.path == "/medium") co_return Response::Text(medium);
      if (request.path == "/breaks") {
        Response response = Response::Text("");
        for (const std::string end : {"\r", "\n", "\r\n"}) {
          response.Add("X-Before", "a" + end + "X-After: b");
        }
        response.Add("X-Zero", std::string("a\0b", 3));
        response.Add("X-Whole", "a b");
        co_return response;
      }
      std::string text(MethodName(request.method));
      text += " " + std::string(request.path) + "?" + std::string(request.raw_query) + " " +
              std::string(request.host) + " " + request.body;
      co_return Response::Text(text);
    };
    application.body_limit = body_limit_;
    application.refuse = [](int status, std::string_view detail) {
      return Response::Text(std::string(detail), status);
    };
    listener_ = std::make_unique<Listener>(config_, std::move(application));
    const absl::Status started = listener_->Start();
    ASSERT_TRUE(started.ok()) << started;
  }
  int port() const { return listener_->port(); }

  // More than a write takes at once, and nowhere the same.
  static std::string LargeBody() {
    std::string body;
    for (int i = 0; body.size() < 300'000; ++i) body += std::to_string(i) + " ";
    return body;
  }

  static std::string MediumBody() { return LargeBody().substr(0, 100'000); }

  Config config_;
  std::function<int64_t(std::string_view host)> body_limit_;
  std::unique_ptr<Listener> listener_;
};

TEST_F(ListenerTest, AnswersAndKeepsTheConnection) {
  Serve();
  RawClient client(port());
  for (int i = 0; i < 3; ++i) {
    const RawResponse response = client.Ask("GET /a%20b?c=d HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "GET /a%20b?c=d h ");
    EXPECT_NE(response.Header("Date"), "");
    EXPECT_EQ(response.Header("Connection"), "");
  }
}

TEST_F(ListenerTest, ConnectionCloseIsHonoured) {
  Serve();
  RawClient client(port());
  EXPECT_EQ(
      client.Ask("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").Header("connection"),
      "close");
  EXPECT_TRUE(client.Closed());
}

TEST_F(ListenerTest, OldClientsAreClosedUnlessTheyAsk) {
  Serve();
  RawClient asking(port());
  EXPECT_EQ(asking.Ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").Header("connection"),
            "keep-alive");
  EXPECT_EQ(asking.Ask("GET / HTTP/1.0\r\n\r\n").status, 200);
  EXPECT_TRUE(asking.Closed());
}

TEST_F(ListenerTest, PipelinedRequestsAreAnsweredInOrder) {
  Serve();
  RawClient client(port());
  client.Send(
      "GET /slow HTTP/1.1\r\nHost: h\r\n\r\nGET /cached HTTP/1.1\r\nHost: h\r\n\r\n"
      "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nxyzGET /c HTTP/1.1\r\nHost: "
      "h\r\n\r\n");
  EXPECT_EQ(client.Receive().body, "GET /slow? h ");
  EXPECT_EQ(client.Receive().body, "cached");
  EXPECT_EQ(client.Receive().body, "POST /b? h xyz");
  EXPECT_EQ(client.Receive().body, "GET /c? h ");
}

TEST_F(ListenerTest, WhoReadsLateGetsAllOfEachAnswer) {
  Serve();
  // More than sockets hold: of some answer only a part goes out at once.
  constexpr int kAnswers = 600;
  const std::string body = MediumBody();
  RawClient late(port());
  for (int i = 0; i < kAnswers; ++i) late.Send("GET /medium HTTP/1.1\r\nHost: h\r\n\r\n");
  absl::SleepFor(absl::Milliseconds(100));
  for (int i = 0; i < kAnswers; ++i) ASSERT_TRUE(late.Receive().body == body) << i;
}

TEST_F(ListenerTest, LargePageIsTheSameForManyReaders) {
  Serve();
  const std::string ask = "GET /cached/large HTTP/1.1\r\nHost: h\r\n\r\n";
  RawClient patient(port());
  for (int i = 0; i < 40; ++i) ASSERT_EQ(patient.Ask(ask).body, LargeBody()) << i;
  // One who reads late: what goes out at once is only a part, again and again.
  RawClient late(port());
  for (int i = 0; i < 40; ++i) late.Send(ask);
  absl::SleepFor(absl::Milliseconds(100));
  for (int i = 0; i < 40; ++i) ASSERT_EQ(late.Receive().body, LargeBody()) << i;
  EXPECT_EQ(
      patient.Ask("HEAD /cached/large HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").status,
      200);
}

TEST_F(ListenerTest, HeaderMayComeByteByByte) {
  Serve();
  RawClient client(port());
  for (const char c :
       std::string("\r\nPOST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab")) {
    client.Send(std::string(1, c));
  }
  EXPECT_EQ(client.Receive().body, "POST /p? h ab");
}

TEST_F(ListenerTest, ChunkedBodyIsJoined) {
  Serve();
  RawClient client(port());
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(client.Ask(head + "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n").body, "POST /? h abcdefg");
  EXPECT_EQ(client.Ask(head + "0\r\nTrailer: x\r\n\r\n").body, "POST /? h ");
  EXPECT_EQ(client.Ask(head + "zz\r\nabc\r\n").status, 400);
}

TEST_F(ListenerTest, ChunkedBodyMayComeByteByByte) {
  Serve();
  RawClient client(port());
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (const char byte : std::string("2\r\nab\r\n0\r\nT: u\r\n\r\n")) {
    client.Send(std::string(1, byte));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));  // a segment of its own
  }
  EXPECT_EQ(client.Receive().body, "POST /? h ab");
}

TEST_F(ListenerTest, TrailersAreNoHeaderFields) {
  Serve();
  RawClient client(port());
  const std::string head = "POST /fields HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(client.Ask(head + "1\r\na\r\n0\r\n\r\n").body, "2");
  EXPECT_EQ(client.Ask(head + "1\r\na\r\n0\r\nHost: i\r\nCookie: a=b\r\n\r\n").body, "2");
}

TEST_F(ListenerTest, EmptyLineBeforeARequestIsPassedOverHoweverItComes) {
  Serve();
  RawClient client(port());
  EXPECT_EQ(client.Ask("\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n").body, "GET /a? h ");
  client.Send("\r");
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // a segment of its own
  EXPECT_EQ(client.Ask("\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n").body, "GET /b? h ");
}

TEST_F(ListenerTest, HeadHasLengthAndNoBody) {
  Serve();
  RawClient client(port());
  client.Send("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.Receive(true).Header("content-length"), "10");
  client.Send("HEAD /cached HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.Receive(true).Header("content-length"), "6");
  EXPECT_EQ(client.Ask("GET /y HTTP/1.1\r\nHost: h\r\n\r\n").body, "GET /y? h ");
}

TEST_F(ListenerTest, AbsoluteFormOverridesHost) {
  Serve();
  RawClient client(port());
  EXPECT_EQ(client.Ask("GET http://other.example/p?q HTTP/1.1\r\nHost: h\r\n\r\n").body,
            "GET /p?q other.example ");
  EXPECT_EQ(client.Ask("GET http://other.example HTTP/1.1\r\nHost: h\r\n\r\n").body,
            "GET /? other.example ");
}

TEST_F(ListenerTest, ExpectationIsMetBeforeTheBody) {
  Serve();
  RawClient client(port());
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 100);
  client.Send("ab");
  EXPECT_EQ(client.Receive().body, "POST /? h ab");
  EXPECT_EQ(
      client.Ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: more\r\n\r\n").status,
      417);
}

TEST_F(ListenerTest, BrokenRequestsAreRefusedAndClosed) {
  Serve();
  for (const auto& [bytes, status] : std::vector<std::pair<std::string, int>>{
           {"GET / HTTP/1.1\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n", 400},
           {"\x16\x03\x01\x02\r\n\r\n", 400},
           {"GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505},
           {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
            400}}) {
    RawClient client(port());
    EXPECT_EQ(client.Ask(bytes).status, status) << bytes;
    EXPECT_TRUE(client.Closed());
  }
}

TEST_F(ListenerTest, LargeHeadersAndTargetsAreRefused) {
  config_.max_header_bytes = 4096;
  Serve();
  RawClient fields(port());
  EXPECT_EQ(
      fields.Ask("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(5000, 'x') + "\r\n\r\n").status,
      431);
  EXPECT_TRUE(fields.Closed());
  RawClient target(port());
  EXPECT_EQ(target.Ask("GET /" + std::string(5000, 'x') + " HTTP/1.1\r\nHost: h\r\n\r\n").status,
            414);
}

TEST_F(ListenerTest, LargeBodiesAreRefused) {
  config_.max_body_bytes = 1000;
  Serve();
  RawClient announced(port());
  EXPECT_EQ(announced.Ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n").status,
            413);
  EXPECT_TRUE(announced.Closed());
  RawClient fits(port());
  EXPECT_EQ(fits.Ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n" +
                     std::string(1000, 'x'))
                .status,
            200);
  RawClient chunked(port());
  EXPECT_EQ(chunked
                .Ask("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "3e9\r\n" +
                     std::string(1001, 'x') + "\r\n0\r\n\r\n")
                .status,
            413);
}

TEST_F(ListenerTest, TheHostThatCountsBoundsTheBody) {
  body_limit_ = [](std::string_view host) { return host == "roomy" ? 1000 : 10; };
  Serve();
  const auto status_of = [this](const std::string& target, const std::string& host) {
    RawClient client(port());
    return client
        .Ask("POST " + target + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 1000\r\n\r\n" +
             std::string(1000, 'x'))
        .status;
  };
  EXPECT_EQ(status_of("/", "roomy"), 200);
  EXPECT_EQ(status_of("/", "h"), 413);
  EXPECT_EQ(status_of("http://roomy/", "h"), 200);
  EXPECT_EQ(status_of("http://h/", "roomy"), 413);
}

TEST_F(ListenerTest, ValuesThatBreakTheLineAreLeftOut) {
  Serve();
  RawClient client(port());
  const RawResponse response = client.Ask("GET /breaks HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.head.find("X-After"), std::string::npos);
  EXPECT_EQ(response.head.find('\0'), std::string::npos);
  EXPECT_EQ(response.Header("X-Whole"), "a b");
}

TEST_F(ListenerTest, EndlessChunkExtensionEndsTheConnection) {
  Serve();
  RawClient client(port());
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;");
  bool open = true;
  for (int i = 0; i < 64 && open; ++i) open = client.Send(std::string(65536, 'x'));
  EXPECT_NE(client.Receive().status, 200);
}

TEST_F(ListenerTest, SlowHeaderTimesOut) {
  config_.header_timeout = absl::Milliseconds(100);
  Serve();
  RawClient client(port());
  EXPECT_EQ(client.Ask("GET / HTTP/1.1\r\nHost:").status, 408);
  EXPECT_TRUE(client.Closed());
}

TEST_F(ListenerTest, SlowBodyTimesOut) {
  config_.body_timeout = absl::Milliseconds(100);
  Serve();
  RawClient client(port());
  EXPECT_EQ(client.Ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc").status, 408);
  EXPECT_TRUE(client.Closed());
}

TEST_F(ListenerTest, IdleConnectionIsClosedSilently) {
  config_.keep_alive_timeout = absl::Milliseconds(100);
  Serve();
  RawClient client(port());
  EXPECT_EQ(client.Ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
  EXPECT_TRUE(client.Closed());
}

TEST_F(ListenerTest, HandlersTakeTheirTime) {
  config_.header_timeout = config_.keep_alive_timeout = absl::Milliseconds(50);
  Serve();
  RawClient client(port());
  EXPECT_EQ(client.Ask("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
}

TEST_F(ListenerTest, ReaderThatStallsIsCutOff) {
  config_.write_timeout = absl::Milliseconds(100);
  Serve();
  RawClient client(port());
  client.Send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
  std::this_thread::sleep_for(std::chrono::seconds(1));  // reads nothing for longer than it may
  EXPECT_LT(client.Receive().body.size(), size_t{8} << 20);
}

TEST_F(ListenerTest, LargeResponsesArriveWhole) {
  Serve();
  RawClient client(port());
  EXPECT_EQ(client.Ask("GET /big HTTP/1.1\r\nHost: h\r\n\r\n").body, std::string(8 << 20, 'x'));
}

TEST_F(ListenerTest, DrainAnswersWhatIsUnderWay) {
  Serve();
  RawClient idle(port());
  EXPECT_EQ(idle.Ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
  RawClient busy(port());
  busy.Send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  // A request on another connection that comes after it and is answered: the slow one has begun.
  EXPECT_EQ(idle.Ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  std::thread drain([this] { listener_->Drain(absl::Seconds(5)); });
  EXPECT_TRUE(idle.Closed());
  const RawResponse answer = busy.Receive();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Header("connection"), "close");
  drain.join();
}

TEST_F(ListenerTest, DrainAnswersWhatAnIdleConnectionWasAboutToSend) {
  Serve();
  RawClient idle(port());
  EXPECT_EQ(idle.Ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
  std::thread drain([this] { listener_->Drain(absl::Seconds(5)); });
  const auto refused = [this] {
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket socket(io);
    boost::system::error_code error;
    socket.connect({boost::asio::ip::make_address("127.0.0.1"), static_cast<uint16_t>(port())},
                   error);
    return error == boost::asio::error::connection_refused;
  };
  while (!refused()) std::this_thread::yield();  // the drain has begun
  const RawResponse answer = idle.Ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Header("connection"), "close");
  EXPECT_TRUE(idle.Closed());
  drain.join();
}

TEST_F(ListenerTest, PortOfAnotherServerIsAnError) {
  Serve();
  Config config;
  config.listen = {"127.0.0.1:" + std::to_string(port())};
  Listener second(config, Application());
  EXPECT_FALSE(second.Start().ok());
}

TEST_F(ListenerTest, ConnectionsBeyondTheLimitAreClosed) {
  config_.max_connections = 1;
  Serve();
  RawClient first(port());
  EXPECT_EQ(first.Ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
  RawClient second(port());
  EXPECT_TRUE(second.Closed());
}

}  // namespace
}  // namespace forium::gateway
