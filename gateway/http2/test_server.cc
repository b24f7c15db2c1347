// SPDX-License-Identifier: Apache-2.0
#include "gateway/http2/test_server.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <string>
#include <utility>

#include "gateway/cache/page_cache.h"
#include "gateway/http/byte_stream.h"
#include "gateway/http/plain_transport.h"
#include "gateway/http2/http2.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

std::shared_ptr<const CachedPage> Page(size_t size) {
  auto page = std::make_shared<CachedPage>();
  page->body = std::string(size, 'c');
  page->head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: \"e\"\r\nContent-Length: " +
               std::to_string(size) + "\r\n";
  page->not_modified_head = "HTTP/1.1 304 Not Modified\r\nETag: \"e\"\r\n";
  return page;
}

asio::awaitable<bool> Count(ByteStream& stream) {
  for (const std::string_view word : {"one", "two", "three"}) {
    const std::array<std::string_view, 2> parts = {word, ";"};
    if (!co_await stream.Write(parts)) co_return false;
  }
  co_return true;
}

asio::awaitable<bool> Cut(ByteStream& stream) {
  const std::array<std::string_view, 1> parts = {"one"};
  co_await stream.Write(parts);
  co_return false;
}

asio::awaitable<bool> Endless(ByteStream& stream) {
  const std::string block(10000, 'e');
  const std::array<std::string_view, 1> parts = {block};
  while (co_await stream.Write(parts)) {
  }
  co_return false;
}

asio::awaitable<bool> Echo(ByteStream& stream) {
  std::array<char, 1000> buffer;
  while (true) {
    const size_t bytes = co_await stream.Read(buffer.data(), buffer.size());
    if (bytes == 0) co_return true;
    const std::array<std::string_view, 1> parts = {std::string_view(buffer.data(), bytes)};
    if (!co_await stream.Write(parts)) co_return false;
  }
}

}  // namespace

Http2TestServer::Http2TestServer(Config config)
    : config_(std::move(config)),
      acceptor_(io_, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)),
      sweep_(io_),
      hold_(io_, asio::steady_timer::time_point::max()),
      worker_{config_, application_} {
  application_.quick = [this, small = Page(300), large = Page(300'000)](Request& request,
                                                                        Response& response) {
    ++requests_;
    if (request.path == "/quick") {
      response = Response::Text("quick");
    } else if (request.path == "/cached" || request.path == "/cached-large") {
      response.cached = request.path == "/cached" ? small : large;
      if (request.Header("if-none-match") == "\"e\"") response.status = 304;
    } else {
      return false;
    }
    return true;
  };
  application_.handle = [this](Request& request) { return Handle(request); };
  application_.refuse = [](int status, std::string_view detail) {
    return Response::Text(std::string(detail), status);
  };
  port_ = acceptor_.local_endpoint().port();
  Sweep();
  asio::co_spawn(io_, Accept(), [](const std::exception_ptr&) {});
  thread_ = std::thread([this] { io_.run(); });
}

Http2TestServer::~Http2TestServer() {
  io_.stop();
  thread_.join();
}

void Http2TestServer::Release() {
  asio::post(io_, [this] {
    released_ = true;
    hold_.cancel();
  });
}

void Http2TestServer::Drain(bool closing_idle) {
  asio::post(io_, [this, closing_idle] {
    worker_.draining = true;
    worker_.closing_idle = closing_idle;
  });
}

asio::awaitable<void> Http2TestServer::Accept() {
  while (true) {
    auto [error, socket] = co_await acceptor_.async_accept(kAwait);
    if (error) co_return;
    ++connections_;
    asio::co_spawn(io_, Serve(std::move(socket)),
                   [this](const std::exception_ptr&) { --connections_; });
  }
}

asio::awaitable<void> Http2TestServer::Serve(tcp::socket socket) {
  socket.non_blocking(true);
  socket.set_option(tcp::no_delay(true));
  PlainTransport transport{Socket(std::move(socket))};
  Watch watch(transport);
  worker_.watches.push_back(watch);
  Peer peer{.address = "192.0.2.1"};
  co_await ServeHttp2(worker_, transport, watch, std::move(peer), std::string());
}

asio::awaitable<Response> Http2TestServer::Hold() {
  if (!released_) co_await hold_.async_wait(kAwait);
  co_return Response::Text("released");
}

asio::awaitable<Response> Http2TestServer::Handle(Request& request) {
  struct Running {
    explicit Running(std::atomic<int>& count) : count(count) { ++count; }
    ~Running() { --count; }
    std::atomic<int>& count;
  } running(handlers_);
  Response response;
  if (request.path == "/hold") co_return co_await Hold();
  if (request.path == "/big") co_return Response::Text(std::string(8 << 20, 'b'));
  if (request.path == "/size") co_return Response::Text(std::to_string(request.body.size()));
  if (request.path == "/cookies") co_return Response::Text(std::string(request.Header("cookie")));
  if (request.path == "/stream") {
    response.stream = &Count;
    co_return response;
  }
  if (request.path == "/cut") {
    response.stream = &Cut;
    co_return response;
  }
  if (request.path == "/endless") {
    response.stream = &Endless;
    co_return response;
  }
  if (request.path == "/echo" && request.upgrade == "deaf") {
    response.status = 101;
    response.stream = [this](ByteStream&) -> asio::awaitable<bool> {
      co_await Hold();
      co_return true;
    };
    co_return response;
  }
  if (request.path == "/echo" && request.upgrade == "echo") {
    response.status = 101;
    response.Add("Connection", "Upgrade");
    response.stream = &Echo;
    co_return response;
  }
  std::string text(request.head ? "HEAD" : MethodName(request.method));
  text += " " + std::string(request.path) + "?" + std::string(request.raw_query) + " " +
          std::string(request.host) + " " + request.body;
  response = Response::Text(std::move(text));
  response.Add("Connection", "keep-alive");  // must not leave
  co_return response;
}

void Http2TestServer::Sweep() {
  worker_.now = absl::Now();
  worker_.date = "Date: Sat, 21 Nov 2026 18:00:00 GMT\r\n";
  for (Watch& watch : worker_.watches) {
    if (watch.deadline > worker_.now && !(worker_.closing_idle && watch.idle)) continue;
    watch.deadline = absl::InfiniteFuture();
    watch.expired = true;
    watch.transport.Cancel();
  }
  sweep_.expires_after(std::chrono::milliseconds(10));
  sweep_.async_wait([this](boost::system::error_code error) {
    if (!error) Sweep();
  });
}

}  // namespace forium::gateway
