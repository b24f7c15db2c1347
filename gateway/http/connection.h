// SPDX-License-Identifier: Apache-2.0
// One connection: a coroutine that reads requests in order and writes their answers. Its `Watch` is
// how the thread's sweep timer ends what takes too long, without a timer a request.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>
#include <string>

#include "absl/time/time.h"
#include "gateway/config.h"
#include "gateway/http/listener.h"

namespace forium::gateway {

// A connection as its thread's sweep sees it. One thread only.
struct Watch
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  explicit Watch(boost::asio::ip::tcp::socket& socket) : socket(socket) {}
  boost::asio::ip::tcp::socket& socket;
  absl::Time deadline = absl::InfiniteFuture();
  bool idle = false;     // between requests: may be closed at any time
  bool expired = false;  // the sweep cancelled what the connection was waiting for
};
using Watches = boost::intrusive::list<Watch, boost::intrusive::constant_time_size<false>>;

// What connections of one thread share.
struct Worker {
  const Config& config;
  const Application& application;
  Watches watches;
  bool draining = false;      // answers are the last ones of their connections
  bool closing_idle = false;  // and connections without a request are closed
  absl::Time now;             // of the last sweep, at most a second old
  std::string date;           // `Date: …\r\n` of that moment
};

// Serves until the client closes, misbehaves or idles. Never throws.
boost::asio::awaitable<void> ServeConnection(Worker& worker, boost::asio::ip::tcp::socket socket);

}  // namespace forium::gateway
