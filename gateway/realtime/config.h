// SPDX-License-Identifier: Apache-2.0
// Settings of live updates, with their defaults.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "services/base/config/config.h"

namespace forium::gateway {

struct RealtimeConfig {
  // Live connections of the whole process, and of one address (IPv6: of its /64).
  int realtime_connections = 50'000;
  int realtime_per_address = 500;
  absl::Duration realtime_heartbeat = absl::Seconds(30);

  // Not settings: what tests make shorter or smaller.
  absl::Duration coalesce = absl::Milliseconds(100);
  absl::Duration keep = absl::Minutes(5);
  int64_t keep_events = 8192;
  int64_t keep_bytes = 16 << 20;
  // What may wait for a client that reads slowly.
  int64_t queue_bytes = 256 << 10;
  int64_t queue_messages = 1024;
};

void Register(RealtimeConfig& config, config::Settings& settings);

}  // namespace forium::gateway
