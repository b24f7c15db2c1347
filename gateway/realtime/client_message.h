// SPDX-License-Identifier: Apache-2.0
// What a client says on a WebSocket (docs/realtime.md). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace forium::gateway {

inline constexpr size_t kMostChannels = 50;  // of one message, and of one connection

struct ClientMessage {
  std::vector<std::string> subscribe;
  std::vector<std::string> unsubscribe;
  std::string after;   // a position; empty: none
  int64_t typing = 0;  // a topic's id; 0: not said
};

// Errors: InvalidArgument with a sentence for the client.
absl::StatusOr<ClientMessage> ParseClientMessage(std::string_view json);

}  // namespace forium::gateway
