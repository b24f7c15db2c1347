// SPDX-License-Identifier: Apache-2.0
// The PROXY protocol, versions 1 and 2 (haproxy, doc/proxy-protocol.txt): what a load balancer
// writes before all else, TLS included, to tell whom it speaks for. A pure function of the bytes
// that are there so far: it can be asked again with more. Strict, since a peer that must send a
// header and sends something else is not the balancer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/limits/ip_address.h"

namespace forium::gateway {

// Longer headers are malformed: version 1 by its specification, version 2 by us. Balancers write
// less than 600 bytes, names of certificates included.
inline constexpr size_t kLongestProxyHeader = 4096;

struct ProxyHeader {
  enum class State : uint8_t { kNeedMore, kComplete, kMalformed };
  State state = State::kNeedMore;
  size_t length = 0;  // of a complete header: what follows belongs to the connection
  // The balancer speaks for itself (LOCAL, a health check), or does not know or cannot say for whom
  // (UNKNOWN, UNSPEC, Unix sockets): the connection's own addresses count.
  bool own_addresses = false;
  IpAddress source;
  uint16_t source_port = 0;
  IpAddress destination;
  uint16_t destination_port = 0;
  std::string_view mistake;  // of a malformed one; a constant, for the log
};

ProxyHeader ParseProxyHeader(std::string_view bytes);

}  // namespace forium::gateway
