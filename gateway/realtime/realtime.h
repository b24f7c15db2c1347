// SPDX-License-Identifier: Apache-2.0
// Live updates at the edge: the handlers of `/realtime` (WebSocket) and `/events` (server-sent
// events), with their limits; docs/realtime.md is what they speak. Thread-safe.
#pragma once

#include <memory>

#include "absl/time/time.h"
#include "gateway/config.h"
#include "gateway/http/router.h"
#include "gateway/identity/identities.h"
#include "gateway/services.h"
#include "proto/forium/events/v1/events.pb.h"
#include "services/base/events/events.h"

namespace forium::gateway {

class Realtime {
 public:
  // Everything is borrowed and outlives it; it outlives the threads of its connections.
  Realtime(const Config& config, Services services, Identities& identities, events::Bus& bus);
  ~Realtime();
  Realtime(const Realtime&) = delete;
  Realtime& operator=(const Realtime&) = delete;

  Handler socket();
  Handler events();

  // After the identities heard it.
  void OnEvent(const events::v1::Event& event);
  void OnBus(bool connected);

  // Sends everybody away, spread over a part of `grace`, and waits for them; nothing runs on the
  // connections' threads after it.
  void Drain(absl::Duration grace);

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace forium::gateway
