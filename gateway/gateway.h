// SPDX-License-Identifier: Apache-2.0
// The gateway: listener, middleware, routes. Construct, Start, Drain. gateway.cc shows the order of
// the middleware on one screen, routes.cc all paths.
#pragma once

#include <memory>

#include "absl/status/status.h"
#include "gateway/config.h"
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

  // Binds and serves. Errors: the address is in use, or not ours.
  absl::Status Start();
  int port() const;
  // Takes no more connections, answers what is under way, then returns; at most `drain_timeout`.
  void Drain();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace forium::gateway
