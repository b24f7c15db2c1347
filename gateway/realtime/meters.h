// SPDX-License-Identifier: Apache-2.0
// Metrics of live updates (docs/observability.md). Thread-safe.
#pragma once

#include "services/base/observe/metrics.h"

namespace forium::gateway {

struct Meters {
  prometheus::Gauge& connections =
      observe::Gauge("forium_gateway_realtime_connections", "Live connections, of both kinds.");
  prometheus::Gauge& subscriptions =
      observe::Gauge("forium_gateway_realtime_subscriptions", "Channels that they listen to.");
  prometheus::Gauge& present =
      observe::Gauge("forium_gateway_realtime_present", "Readers here who are shown in topics.");
  prometheus::Counter& events =
      observe::Counter("forium_gateway_realtime_events_total", "Messages queued for clients.");
  prometheus::Counter& bytes =
      observe::Counter("forium_gateway_realtime_bytes_total", "Bytes written to clients.");
  prometheus::Counter& slow = observe::Counter(
      "forium_gateway_realtime_slow_total", "Clients that were closed since they read too slowly.");
  prometheus::Counter& resumes = observe::Counter("forium_gateway_realtime_resumes_total",
                                                  "Clients that heard what they had missed.");
  prometheus::Counter& resets =
      observe::Counter("forium_gateway_realtime_resets_total",
                       "Times that clients were told to read the state again.");
  prometheus::Counter& refused =
      observe::Counter("forium_gateway_realtime_refused_total", "Connections beyond a limit.");
};

}  // namespace forium::gateway
