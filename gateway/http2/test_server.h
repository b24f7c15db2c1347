// SPDX-License-Identifier: Apache-2.0
// HTTP/2 with prior knowledge on a port of its own, before a small application, for tests.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "gateway/config.h"
#include "gateway/http/application.h"
#include "gateway/http/worker.h"

namespace forium::gateway {

// What the application answers:
//   /            200 `METHOD PATH?QUERY HOST BODY`
//   /cached      a page of the cache, 300 bytes; /cached-large one of 300 kB
//   /quick       200 `quick` without a coroutine
//   /big         8 MB
//   /hold        200 once Release was called
//   /cookies     the cookie field; /size the number of bytes in the body
//   /stream      `one`, `two`, `three`, written one by one; /cut the first, then fails
//   /endless     writes until the client leaves
//   /echo        the protocol `echo` sends back what it gets; `deaf` does nothing until Release
class Http2TestServer {
 public:
  explicit Http2TestServer(Config config = {});
  ~Http2TestServer();
  int port() const { return port_; }

  // Lets `/hold` answer.
  void Release();
  // As a listener that drains: first `draining`, then `closing_idle`.
  void Drain(bool closing_idle);
  int connections() const { return connections_; }
  int handlers() const { return handlers_; }
  int requests() const { return requests_; }

 private:
  boost::asio::awaitable<void> Accept();
  boost::asio::awaitable<void> Serve(boost::asio::ip::tcp::socket socket);
  boost::asio::awaitable<Response> Handle(Request& request);
  boost::asio::awaitable<Response> Hold();
  void Sweep();

  Config config_;
  Application application_;
  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer sweep_;
  boost::asio::steady_timer hold_;
  bool released_ = false;
  Worker worker_;
  int port_ = 0;
  std::atomic<int> connections_{0};
  std::atomic<int> handlers_{0};
  std::atomic<int> requests_{0};
  std::thread thread_;
};

}  // namespace forium::gateway
