// SPDX-License-Identifier: Apache-2.0
// HTTP/2 (RFC 9113) on one connection: many requests at a time, each a stream with a coroutine of
// its own. nghttp2 reads and writes the frames; its types stay in this folder. See README.md.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "gateway/http/transport.h"
#include "gateway/http/worker.h"

namespace forium::gateway {

// `first_bytes` were read from the connection already. Returns when all that was begun on the
// connection has ended.
boost::asio::awaitable<void> ServeHttp2(Worker& worker, Transport& transport, Watch& watch,
                                        Peer peer, std::string first_bytes);

}  // namespace forium::gateway
