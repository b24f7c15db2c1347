// SPDX-License-Identifier: Apache-2.0
// The gateway: listener, middleware, routes. Construct, Start, Drain. gateway.cc shows the order of
// the middleware on one screen, routes.cc all paths.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gateway/config.h"
#include "gateway/http/listener.h"
#include "gateway/page_hooks.h"
#include "gateway/services.h"
#include "services/base/events/events.h"

namespace forium::gateway {

class Gateway {
 public:
  // Everything is borrowed and must outlive the gateway. `pages` may have empty handlers (an
  // API-only gateway).
  Gateway(const Config& config, Services services, PageHooks pages, events::Bus& bus);
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // Serves: on sockets that were given, else on the addresses of the configuration. Errors: an
  // address is in use or not ours, a certificate cannot be used.
  absl::Status Start(std::vector<ListeningSocket> given = {});
  // Of plain HTTP, of HTTPS; 0: not served.
  int port() const;
  int tls_port() const;
  // How it is: docs/edge.md, Status.
  std::string StatusJson() const;
  // The sockets again, for the next version of the program; before Drain.
  std::vector<ListeningSocket> ShareSockets() const;
  // Takes no more connections, answers what is under way, then returns; at most `drain_timeout`.
  void Drain();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace forium::gateway
