// SPDX-License-Identifier: Apache-2.0
// One accepted connection, from its first byte to its end: who it is, TLS, which protocol.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "gateway/http/transport.h"
#include "gateway/http/worker.h"

namespace forium::gateway {

// How a connection came in.
enum class Arrival { kPlain, kTls };

// Serves until the client closes, misbehaves or idles. Never throws.
boost::asio::awaitable<void> ServeConnection(Worker& worker, Socket socket, Arrival arrival);

}  // namespace forium::gateway
