// SPDX-License-Identifier: Apache-2.0
// Bodies that are written as they come, protocols that take over a connection, and the ways by
// which connections come in.
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "gateway/http/body_stream.h"
#include "gateway/http/byte_stream.h"
#include "gateway/http/endpoint.h"
#include "gateway/http/listener.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;
using Part = std::string_view;

asio::awaitable<bool> Count(ByteStream& body) {
  for (const Part part : {"one ", "two ", "three"}) {
    const Part parts[] = {part};
    if (!co_await body.Write(parts)) co_return false;
  }
  co_return true;
}

asio::awaitable<bool> Cut(ByteStream& body) {
  const Part parts[] = {"half"};
  co_await body.Write(parts);
  co_return false;
}

asio::awaitable<bool> Echo(ByteStream& stream) {
  char bytes[8];
  while (const size_t size = co_await stream.Read(bytes, sizeof(bytes))) {
    const Part parts[] = {"<", {bytes, size}, ">"};
    if (!co_await stream.Write(parts)) co_return false;
  }
  co_return true;
}

asio::awaitable<bool> Impatient(ByteStream& stream) {
  stream.Expect(absl::Milliseconds(20));
  char byte;
  co_return co_await stream.Read(&byte, 1) == 0;
}

asio::awaitable<bool> Endless(ByteStream& body) {
  const std::string block(64 << 10, 'x');
  const Part parts[] = {block};
  while (co_await body.Write(parts)) continue;
  co_return false;
}

Response Streamed(std::function<asio::awaitable<bool>(ByteStream&)> stream, int status = 200) {
  Response response;
  response.status = status;
  response.stream = std::move(stream);
  return response;
}

asio::awaitable<Response> Answer(Request& request) {
  if (request.path == "/count") co_return Streamed(Count);
  if (request.path == "/cut") co_return Streamed(Cut);
  if (request.path == "/impatient") co_return Streamed(Impatient, 101);
  if (request.path == "/endless") co_return Streamed(Endless);
  if (request.path == "/busy" || request.path == "/busier") {
    Response response = Response::Text("later", 503);
    response.Set("Retry-After", request.path == "/busy" ? "2" : "20");
    co_return response;
  }
  if (request.path == "/told") {
    Response response = Streamed(Count);
    response.Set("Content-Length", "13");
    co_return response;
  }
  if (request.path == "/echo" && request.upgrade == "echo") co_return Streamed(Echo, 101);
  co_return Response::Text(std::string(request.path) + " from " + request.remote_address);
}

class StreamsTest : public ::testing::Test {
 protected:
  StreamsTest() {
    config_.listen = {"127.0.0.1:0"};
    config_.workers = 2;
  }
  ~StreamsTest() override {
    if (listener_ != nullptr) listener_->Drain(absl::ZeroDuration());
  }

  void Serve(std::vector<ListeningSocket> given = {}) {
    Application application;
    application.quick = [](Request&, Response&) { return false; };
    application.handle = Answer;
    application.refuse = [](int status, std::string_view detail) {
      return Response::Text(std::string(detail), status);
    };
    listener_ = std::make_unique<Listener>(config_, std::move(application));
    const absl::Status started = listener_->Start(std::move(given));
    ASSERT_TRUE(started.ok()) << started;
  }
  SocketAddress address() const {
    return *ParseSocketAddress("127.0.0.1:" + std::to_string(listener_->port()));
  }

  Config config_;
  std::unique_ptr<Listener> listener_;
};

// A client that sees every byte.
class Client {
 public:
  explicit Client(const SocketAddress& address) : socket_(io_) { socket_.connect(address); }

  void Send(std::string_view bytes) {
    asio::write(socket_, asio::buffer(bytes.data(), bytes.size()));
  }
  // Up to and with `end`; what there was when the server closed before.
  std::string Until(const std::string& end) {
    boost::system::error_code error;
    size_t size = asio::read_until(socket_, asio::dynamic_buffer(read_), end, error);
    if (error) size = read_.size();
    std::string bytes = read_.substr(0, size);
    read_.erase(0, size);
    return bytes;
  }
  std::string Rest() { return Until(std::string("\0\0never", 7)); }
  asio::generic::stream_protocol::socket& socket() { return socket_; }

 private:
  asio::io_context io_;
  asio::generic::stream_protocol::socket socket_;
  std::string read_;
};

constexpr char kUpgrade[] =
    "GET /echo HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: echo\r\n\r\n";

TEST_F(StreamsTest, PartsBecomeChunksAndTheConnectionStays) {
  Serve();
  Client client(address());
  client.Send("GET /count HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(client.Until("\r\n\r\n").find("Transfer-Encoding: chunked"), std::string::npos);
  EXPECT_EQ(client.Until("0\r\n\r\n"), "4\r\none \r\n4\r\ntwo \r\n5\r\nthree\r\n0\r\n\r\n");
  EXPECT_TRUE(client.Until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  EXPECT_EQ(client.Until("127.0.0.1"), "/next from 127.0.0.1");
}

TEST_F(StreamsTest, BodyOfToldLengthIsNotChunked) {
  Serve();
  Client client(address());
  client.Send("GET /told HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string head = client.Until("\r\n\r\n");
  EXPECT_EQ(head.find("Transfer-Encoding"), std::string::npos) << head;
  EXPECT_NE(head.find("Content-Length: 13"), std::string::npos) << head;
  EXPECT_EQ(client.Until("three"), "one two three");
}

TEST_F(StreamsTest, OldClientsReadToTheEndOfTheConnection) {
  Serve();
  Client client(address());
  client.Send("GET /count HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(client.Until("\r\n\r\n").find("chunked"), std::string::npos);
  EXPECT_EQ(client.Rest(), "one two three");
}

TEST_F(StreamsTest, CutBodyHasNoEnd) {
  Serve();
  Client client(address());
  client.Send("GET /cut HTTP/1.1\r\nHost: h\r\n\r\n");
  client.Until("\r\n\r\n");
  EXPECT_EQ(client.Rest(), "4\r\nhalf\r\n");
}

TEST_F(StreamsTest, HeadOfAStreamHasNoBody) {
  Serve();
  Client client(address());
  client.Send("HEAD /count HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  client.Until("\r\n\r\n");
  EXPECT_TRUE(client.Until("\r\n\r\n").starts_with("HTTP/1.1 200"));
}

TEST_F(StreamsTest, UpgradeTakesTheConnectionWithWhatWasSentAhead) {
  Serve();
  Client client(address());
  client.Send(std::string(kUpgrade) + "ahead");
  const std::string head = client.Until("\r\n\r\n");
  EXPECT_TRUE(head.starts_with("HTTP/1.1 101 ")) << head;
  EXPECT_NE(head.find("Connection: Upgrade\r\nUpgrade: echo\r\n"), std::string::npos) << head;
  EXPECT_EQ(head.find("Content-Length"), std::string::npos) << head;
  EXPECT_EQ(client.Until(">"), "<ahead>");
  client.Send("later");
  EXPECT_EQ(client.Until(">"), "<later>");
  client.socket().shutdown(asio::socket_base::shutdown_send);
  EXPECT_EQ(client.Rest(), "");
}

TEST_F(StreamsTest, UpgradeWithoutItsConnectionOptionIsNone) {
  Serve();
  Client client(address());
  client.Send("GET /echo HTTP/1.1\r\nHost: h\r\nUpgrade: echo\r\n\r\n");
  EXPECT_TRUE(client.Until("\r\n\r\n").starts_with("HTTP/1.1 200"));
}

TEST_F(StreamsTest, StreamThatExpectsMoreEndsInTime) {
  config_.keep_alive_timeout = absl::Milliseconds(100);  // for a quick sweep
  Serve();
  Client client(address());
  client.Send("GET /impatient HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
  client.Until("\r\n\r\n");
  EXPECT_EQ(client.Rest(), "");
}

TEST_F(StreamsTest, ClientThatDoesNotReadIsLeft) {
  config_.write_timeout = absl::Milliseconds(100);
  Serve();
  Client client(address());
  client.Send("GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
  client.Until("\r\n\r\n");
  // The kernel's buffers fill; then the server gives up, and what was sent ends.
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  EXPECT_GT(client.Rest().size(), 64u << 10);
}

TEST_F(StreamsTest, UpgradedConnectionsEndWithTheServer) {
  Serve();
  Client client(address());
  client.Send(kUpgrade);
  client.Until("\r\n\r\n");
  std::thread drain([this] { listener_->Drain(absl::Seconds(5)); });
  EXPECT_EQ(client.Rest(), "");
  drain.join();
}

TEST_F(StreamsTest, WhoWasToldToComeLaterIsHeardLater) {
  Serve();
  Client client(address());
  const absl::Time begin = absl::Now();
  client.Send("GET /busy HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(client.Until("later").starts_with("HTTP/1.1 503"));
  EXPECT_LT(absl::Now() - begin, absl::Seconds(1));
  EXPECT_TRUE(client.Until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  EXPECT_GT(absl::Now() - begin, absl::Milliseconds(500));
}

TEST_F(StreamsTest, WhoIsNotHeardDoesNotHoldUpTheEnd) {
  Serve();
  Client client(address());
  client.Send("GET /busier HTTP/1.1\r\nHost: h\r\n\r\n");
  client.Until("later");
  const absl::Time begin = absl::Now();
  listener_->Drain(absl::Seconds(10));
  EXPECT_LT(absl::Now() - begin, absl::Seconds(3));
}

TEST_F(StreamsTest, UnixSocketIsServedAndReplacedWhenAbandoned) {
  // The folder for temporary files may lie deeper than a socket's path can be long.
  const std::string path = "/tmp/forium-streams-" + std::to_string(getpid());
  config_.listen = {"unix:" + path};
  Serve();
  const SocketAddress unix_address = *ParseSocketAddress("unix:" + path);
  Client client(unix_address);
  client.Send("GET /u HTTP/1.1\r\nHost: h\r\n\r\n");
  client.Until("\r\n\r\n");
  EXPECT_EQ(client.Until("127.0.0.1"), "/u from 127.0.0.1");

  Listener second(config_, Application());
  EXPECT_FALSE(second.Start().ok()) << "somebody answers there";
  listener_->Drain(absl::ZeroDuration());
  Serve();  // the file is still there, its server is not
  Client again(unix_address);
  again.Send("GET /u HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(again.Until("\r\n\r\n").starts_with("HTTP/1.1 200"));
}

TEST_F(StreamsTest, ConnectionsWaitWhileOneListenerHandsOverToTheNext) {
  Serve();
  const SocketAddress there = address();
  const std::vector<ListeningSocket> shared = listener_->ShareSockets();
  listener_->Drain(absl::ZeroDuration());
  Client waiting(there);
  waiting.Send("GET /late HTTP/1.1\r\nHost: h\r\n\r\n");
  config_.workers = 1;  // fewer threads than sockets: none may be forgotten
  Serve(shared);
  EXPECT_TRUE(waiting.Until("\r\n\r\n").starts_with("HTTP/1.1 200"));
}

TEST_F(StreamsTest, OneGivenSocketServesAllThreads) {
  const auto given = Listen(*ParseSocketAddress("127.0.0.1:0"), PortUse::kAlone);
  ASSERT_TRUE(given.ok());
  Serve({{*given, Arrival::kPlain}});
  for (int i = 0; i < 8; ++i) {
    Client client(address());
    client.Send("GET /g HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(client.Until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  }
}

TEST(SocketAddressTest, WordsThatAreNoAddressAreErrors) {
  for (const char* text : {"", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536",
                           "example.org:80", "unix:", "[::1]", "127.0.0.1:-1", ":80 "}) {
    EXPECT_FALSE(ParseSocketAddress(text).ok()) << text;
  }
  EXPECT_FALSE(ParseSocketAddress("unix:" + std::string(200, 'x')).ok());
}

TEST(SocketAddressTest, AddressesAreReadAndTold) {
  const auto text = [](const char* from) {
    const auto address = ParseSocketAddress(from);
    return AddressText(*address) + " " + std::to_string(PortOf(*address));
  };
  EXPECT_EQ(text("127.0.0.1:8080"), "127.0.0.1 8080");
  EXPECT_EQ(text("localhost:1"), "127.0.0.1 1");
  EXPECT_EQ(text(":80"), "0.0.0.0 80");
  EXPECT_EQ(text("[2001:db8::1]:443"), "2001:db8::1 443");
  EXPECT_EQ(text("[::ffff:192.0.2.1]:443"), "192.0.2.1 443");
}

}  // namespace
}  // namespace forium::gateway
