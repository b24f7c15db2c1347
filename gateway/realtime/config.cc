// SPDX-License-Identifier: Apache-2.0
#include "gateway/realtime/config.h"

namespace forium::gateway {

void Register(RealtimeConfig& config, config::Settings& settings) {
  settings.Add("realtime_connections", &config.realtime_connections,
               "Live connections (WebSocket, server-sent events) of the process.");
  settings.Add("realtime_per_address", &config.realtime_per_address,
               "Live connections of one address.");
  settings.Add("realtime_heartbeat", &config.realtime_heartbeat,
               "A live connection that is silent for so long is asked whether it is there.");
}

}  // namespace forium::gateway
