// SPDX-License-Identifier: Apache-2.0
// What answers requests, whichever way they came. Called on the connection's thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string_view>

#include "gateway/http/message.h"
#include "gateway/http/transport.h"

namespace forium::gateway {

struct Application {
  // Answers at once, without a coroutine, if it can: what is cached, what is refused. False leaves
  // the request to `handle`, which then goes on with the same Request.
  std::function<bool(Request&, Response&)> quick;
  std::function<boost::asio::awaitable<Response>(Request&)> handle;
  // The answer to what is not a request: 400, 408, 413, 431, ….
  std::function<Response(int status, std::string_view detail)> refuse;
  // Bound of a body, by its request's host; empty: max_body_bytes for all.
  std::function<int64_t(std::string_view host)> body_limit = {};
  // Puts TLS around a connection that came to an `https` address; empty when there is none.
  std::function<std::unique_ptr<Transport>(Socket)> secure = {};
  // Whether a connection from the address is taken at all; empty: all are.
  std::function<bool(std::string_view address)> welcome = {};
  // Whether the peer begins with a PROXY header that says who connected to it; empty: none does.
  std::function<bool(std::string_view address)> announces_client = {};
};

}  // namespace forium::gateway
