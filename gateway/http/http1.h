// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 (RFC 9112) on one connection: reads requests in order and writes their answers.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "gateway/http/transport.h"
#include "gateway/http/worker.h"

namespace forium::gateway {

// `first_bytes` were read from the connection already.
boost::asio::awaitable<void> ServeHttp1(Worker& worker, Transport& transport, Watch& watch,
                                        const Peer& peer, std::string first_bytes);

}  // namespace forium::gateway
