// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/connection.h"

#include <netinet/tcp.h>

#include <string>
#include <string_view>
#include <utility>

#include "gateway/http/endpoint.h"
#include "gateway/http/http1.h"
#include "gateway/http/plain_transport.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

constexpr size_t kFirstReadBytes = 4096;
// How HTTP/2 begins (RFC 9113, 3.4); no other method starts so.
constexpr std::string_view kHttp2Method = "PRI ";

bool MayBecome(std::string_view bytes, std::string_view beginning) {
  return beginning.starts_with(bytes.substr(0, beginning.size()));
}

// Enough of the first request to tell the protocol by; empty: over.
asio::awaitable<std::string> ReadFirst(Worker& worker, Transport& transport, Watch& watch) {
  watch.idle = true;
  watch.deadline = worker.now + worker.config.keep_alive_timeout;
  std::string bytes(kFirstReadBytes, '\0');
  size_t size = 0;
  do {
    const size_t more = co_await transport.Read(bytes.data() + size, bytes.size() - size);
    if (more == 0) co_return std::string();
    size += more;
    watch.idle = false;
  } while (size < kHttp2Method.size() &&
           MayBecome(std::string_view(bytes).substr(0, size), kHttp2Method));
  bytes.resize(size);
  co_return bytes;
}

asio::awaitable<void> Serve(Worker& worker, Transport& transport, Watch& watch, Peer peer) {
  watch.deadline = worker.now + worker.config.header_timeout;
  if (!co_await transport.Handshake()) co_return;
  if (transport.secure()) peer.secure = true;
  std::string first = co_await ReadFirst(worker, transport, watch);
  if (first.empty()) co_return;
  co_await ServeHttp1(worker, transport, watch, peer, std::move(first));
}

}  // namespace

asio::awaitable<void> ServeConnection(Worker& worker, Socket socket, Arrival arrival) {
  boost::system::error_code error;
  socket.non_blocking(true, error);
  const auto endpoint = socket.remote_endpoint(error);
  if (error) co_return;
  Peer peer{.address = AddressText(endpoint)};
  socket.set_option(asio::detail::socket_option::boolean<IPPROTO_TCP, TCP_NODELAY>(true), error);
  try {
    const std::unique_ptr<Transport> transport =
        arrival == Arrival::kTls ? worker.application.secure(std::move(socket))
                                 : std::make_unique<PlainTransport>(std::move(socket));
    Watch watch(*transport);
    worker.watches.push_back(watch);
    co_await Serve(worker, *transport, watch, std::move(peer));
  } catch (const std::exception&) {
    // Only an exhausted memory or a fault of a library comes here: the connection goes, the server
    // stays.
  }
}

}  // namespace forium::gateway
