// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/connection.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/http/endpoint.h"
#include "gateway/http/http1.h"
#include "gateway/http/plain_transport.h"
#include "gateway/http2/http2.h"
#include "gateway/limits/proxy_protocol.h"
#include "services/base/observe/log.h"
#include "services/base/observe/metrics.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

constexpr size_t kFirstReadBytes = 4096;
// How HTTP/2 begins (RFC 9113, 3.4); no other method starts so.
constexpr std::string_view kHttp2Method = "PRI ";
constexpr std::string_view kHttp2Protocol = "h2";
constexpr std::string_view kAcmeProtocol = "acme-tls/1";
constexpr int kTlsPort = 443;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

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

// Takes the balancer's header off the connection, nothing of what follows it, and learns from it
// who the client is. False: there is none, and the connection is over.
asio::awaitable<bool> ReadAnnouncement(Socket& socket, Peer& peer) {
  std::string bytes(kLongestProxyHeader, '\0');
  size_t seen = 0;
  while (true) {
    const auto [error] = co_await socket.async_wait(Socket::wait_read, kAwait);
    if (error) co_return false;
    const ssize_t size = recv(socket.native_handle(), bytes.data(), bytes.size(), MSG_PEEK);
    // Readable, yet no more than before: it ended.
    if (size <= 0 || static_cast<size_t>(size) == seen) co_return false;
    seen = static_cast<size_t>(size);
    const ProxyHeader header = ParseProxyHeader(std::string_view(bytes).substr(0, seen));
    if (header.state == ProxyHeader::State::kNeedMore) {
      // Wakes again when more than that is there.
      const int wanted = static_cast<int>(seen + 1);
      setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVLOWAT, &wanted, sizeof(wanted));
      continue;
    }
    const int usual = 1;
    setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVLOWAT, &usual, sizeof(usual));
    if (header.state == ProxyHeader::State::kMalformed) {
      observe::Log(observe::Level::kWarning, "a balancer sent no PROXY header",
                   {{"address", peer.address}, {"cause", std::string(header.mistake)}});
      co_return false;
    }
    recv(socket.native_handle(), bytes.data(), header.length, 0);
    if (!header.own_addresses) {
      peer.address = header.source.ToString();
      // The balancer ends TLS itself where it listens on its port.
      if (header.destination_port == kTlsPort) peer.secure = true;
    }
    co_return true;
  }
}

prometheus::Gauge& OpenBy(const char* protocol) {
  return observe::Gauge("forium_gateway_protocol_connections",
                        "Open connections by what is spoken, once they have said something.",
                        {{"protocol", protocol}});
}

// Counts a connection while it lives.
class Counted {
 public:
  explicit Counted(prometheus::Gauge& gauge) : gauge_(gauge) { gauge_.Increment(); }
  ~Counted() { gauge_.Decrement(); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  prometheus::Gauge& gauge_;
};

struct Gauges {
  prometheus::Gauge& tls =
      observe::Gauge("forium_gateway_tls_connections", "Open connections over TLS.");
  prometheus::Gauge& http1 = OpenBy("http1");
  prometheus::Gauge& http2 = OpenBy("http2");
};

Gauges& Open() {
  static Gauges gauges;
  return gauges;
}

asio::awaitable<void> Serve(Worker& worker, Transport& transport, Watch& watch, Peer peer) {
  watch.deadline = worker.now + worker.config.header_timeout;
  const auto& announces = worker.application.announces_client;
  if (announces != nullptr && announces(peer.address) &&
      !co_await ReadAnnouncement(transport.socket(), peer)) {
    co_return;
  }
  if (!co_await transport.Handshake()) co_return;
  std::optional<Counted> secure;
  if (transport.secure()) {
    peer.secure = true;
    secure.emplace(Open().tls);
  }
  if (transport.protocol() == kAcmeProtocol) co_return;  // the handshake was all
  if (transport.protocol() == kHttp2Protocol) {
    const Counted counted(Open().http2);
    co_return co_await ServeHttp2(worker, transport, watch, peer, std::string());
  }
  std::string first = co_await ReadFirst(worker, transport, watch);
  if (first.empty()) co_return;
  if (first.starts_with(kHttp2Method)) {
    const Counted counted(Open().http2);
    co_return co_await ServeHttp2(worker, transport, watch, peer, std::move(first));
  }
  const Counted counted(Open().http1);
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
