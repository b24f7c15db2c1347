// SPDX-License-Identifier: Apache-2.0
#include "gateway/http2/http2.h"

#include <boost/asio/this_coro.hpp>
#include <memory>
#include <string_view>
#include <utility>

#include "gateway/http2/session.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

// A TLS record's worth; one such buffer a connection.
constexpr size_t kReadBytes = 16 << 10;
// What is read and thrown away after an error, so that the client can still read why.
constexpr int64_t kLingerBytes = 2 << 20;
constexpr absl::Duration kLinger = absl::Seconds(2);

asio::awaitable<void> Linger(Worker& worker, Transport& transport, Watch& watch,
                             std::string& buffer) {
  transport.ShutdownWrite();
  watch.expired = false;
  watch.deadline = worker.now + kLinger;
  for (int64_t left = kLingerBytes; left > 0 && !watch.expired;) {
    const size_t bytes = co_await transport.Read(buffer.data(), buffer.size());
    if (bytes == 0) co_return;
    left -= static_cast<int64_t>(bytes);
  }
}

asio::awaitable<void> ReadFrames(Http2Session& session, Transport& transport, Watch& watch,
                                 std::string& buffer) {
  while (!session.over()) {
    if (session.congested()) {
      co_await session.WaitForRoom();
      continue;
    }
    const size_t bytes = co_await transport.Read(buffer.data(), buffer.size());
    if (bytes > 0) {
      session.Receive(std::string_view(buffer).substr(0, bytes));
    } else if (watch.expired) {
      watch.expired = false;
      session.Tick();
    } else {
      session.Leave();
    }
  }
}

}  // namespace

asio::awaitable<void> ServeHttp2(Worker& worker, Transport& transport, Watch& watch, Peer peer,
                                 std::string first_bytes) {
  const auto executor = co_await asio::this_coro::executor;
  // Handlers that are still suspended when the thread ends hold it too.
  const auto session =
      std::make_shared<Http2Session>(worker, transport, watch, std::move(peer), executor);
  session->Open();
  session->Receive(first_bytes);
  first_bytes = std::string(kReadBytes, '\0');
  co_await ReadFrames(*session, transport, watch, first_bytes);
  watch.idle = false;
  if (session->misbehaved()) co_await Linger(worker, transport, watch, first_bytes);
  boost::system::error_code ignored;
  transport.ShutdownWrite();
  transport.socket().close(ignored);
  watch.deadline = absl::InfiniteFuture();
  co_await session->End();
}

}  // namespace forium::gateway
