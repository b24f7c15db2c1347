// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 over TCP: one io_context and one acceptor a thread (SO_REUSEPORT), a coroutine a
// connection, one sweep timer a thread for all timeouts. Knows nothing of what it serves.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "gateway/config.h"
#include "gateway/http/message.h"

namespace forium::gateway {

// What answers requests. Called on the connection's thread.
struct Application {
  // Answers at once, without a coroutine, if it can: what is cached, what is refused. False leaves
  // the request to `handle`, which then goes on with the same Request.
  std::function<bool(Request&, Response&)> quick;
  std::function<boost::asio::awaitable<Response>(Request&)> handle;
  // The answer to what is not a request: 400, 408, 413, 431, ….
  std::function<Response(int status, std::string_view detail)> refuse;
};

class Listener {
 public:
  Listener(const Config& config, Application application);
  ~Listener();
  absl::Status Start();
  int port() const;
  // Closes acceptors and idle connections, waits for the others at most `grace`, then stops.
  // Coroutines that are still suspended then end with this object: nothing may resume them any
  // more.
  void Drain(absl::Duration grace);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace forium::gateway
