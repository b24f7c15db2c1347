// SPDX-License-Identifier: Apache-2.0
// Takes connections, plain and TLS: one io_context a thread with acceptors of its own
// (SO_REUSEPORT), a coroutine a connection, one sweep timer a thread for all timeouts. Knows
// nothing of what it serves.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/config.h"
#include "gateway/http/application.h"
#include "gateway/http/connection.h"

namespace forium::gateway {

// A socket that listens already: of systemd, or of this process before it was renewed.
struct ListeningSocket {
  int descriptor = -1;
  Arrival arrival = Arrival::kPlain;
};

class Listener {
 public:
  Listener(const Config& config, Application application);
  ~Listener();
  // On the sockets that were `given`, which it owns then, or else on the addresses of the
  // configuration. Errors: an address is in use, or is none.
  absl::Status Start(std::vector<ListeningSocket> given = {});
  // The first for plain HTTP; of TLS. 0: there is none.
  int port() const;
  int tls_port() const;
  // The sockets again, for the next process: connections wait in them while this one ends. The
  // caller owns them.
  std::vector<ListeningSocket> ShareSockets() const;
  // Closes acceptors and idle connections, waits for the others at most `grace`, then stops.
  // Coroutines that are still suspended then end with this object: nothing may resume them any
  // more.
  void Drain(absl::Duration grace);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace forium::gateway
