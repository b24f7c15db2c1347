// SPDX-License-Identifier: Apache-2.0
// Where connections are taken: `ADDR:PORT` or `unix:/path`, as settings say it, or a socket that
// was handed to the process.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace forium::gateway {

using SocketAddress = boost::asio::generic::stream_protocol::endpoint;

// Of `127.0.0.1:8080`, `[::]:8080`, `localhost:8080`, `:8080` (all addresses), `unix:/run/x.sock`.
// Error: what is wrong with the text.
absl::StatusOr<SocketAddress> ParseSocketAddress(std::string_view text);

// The IP address as text, IPv4 where IPv6 carries one; of a Unix socket 127.0.0.1.
std::string AddressText(const SocketAddress& address);
// 0 of a Unix socket.
int PortOf(const SocketAddress& address);
bool IsUnix(const SocketAddress& address);

enum class PortUse {
  kAlone,   // an address in use is an error
  kShared,  // with other sockets of this process (SO_REUSEPORT)
};

// A socket that listens; the caller closes it. A Unix socket that nobody answers on is replaced; it
// may be used by its owner and his group.
absl::StatusOr<int> Listen(const SocketAddress& address, PortUse use);

// The address that a socket is bound to.
absl::StatusOr<SocketAddress> LocalAddress(int socket);

}  // namespace forium::gateway
