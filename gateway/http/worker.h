// SPDX-License-Identifier: Apache-2.0
// What the connections of one thread share, and how the thread's sweep timer ends what takes too
// long, without a timer a request. One thread only.
#pragma once

#include <boost/intrusive/list.hpp>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gateway/config.h"
#include "gateway/http/application.h"
#include "gateway/http/transport.h"

namespace forium::gateway {

// A connection as its thread's sweep sees it.
struct Watch
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  explicit Watch(Transport& transport) : transport(transport) {}
  Transport& transport;
  absl::Time deadline = absl::InfiniteFuture();
  bool idle = false;     // between requests: may be closed at any time
  bool expired = false;  // the sweep cancelled what the connection was waiting for
};
using Watches = boost::intrusive::list<Watch, boost::intrusive::constant_time_size<false>>;

struct Worker {
  const Config& config;
  const Application& application;
  Watches watches = {};
  bool draining = false;         // answers are the last ones of their connections
  bool closing_idle = false;     // and connections without a request are closed
  absl::Time now = absl::Now();  // of the last sweep, at most a second old
  std::string date = {};         // `Date: …\r\n` of that moment
};

// Who is at the other end.
struct Peer {
  std::string address;  // IP address; of a Unix socket 127.0.0.1
  bool secure = false;  // it speaks TLS, with us or with the proxy that announced it
};

}  // namespace forium::gateway
