// SPDX-License-Identifier: Apache-2.0
// What a bus between processes can do beside events: say something to whoever listens now, at most
// once, without keeping it. For what is out of date in seconds. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "services/base/events/events.h"

namespace forium::events {

class Announcer {
 public:
  virtual ~Announcer() = default;
  // Dropped while the bus is away. Does not wait.
  virtual void Announce(std::string_view name, std::string_view tenant, std::string_view bytes) = 0;
  // Of all tenants, also what this process announces itself; on a thread of the bus.
  using Hearing = std::function<void(std::string_view tenant, std::string_view bytes)>;
  virtual std::unique_ptr<Subscription> Hear(std::string_view name, Hearing hearing) = 0;
};

}  // namespace forium::events
