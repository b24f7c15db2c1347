// SPDX-License-Identifier: Apache-2.0
// What one may listen to: `list`, `category:3`, `topic:17`, `presence:17`, `user`. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace forium::gateway {

struct Channel {
  enum class Kind : uint8_t { kList, kCategory, kTopic, kPresence, kUser };
  std::string tenant;
  Kind kind = Kind::kList;
  int64_t id = 0;  // of the category, the topic, or the user; 0: `list`

  friend bool operator==(const Channel&, const Channel&) = default;
  template <typename H>
  friend H AbslHashValue(H hash, const Channel& channel) {
    return H::combine(std::move(hash), channel.tenant, channel.kind, channel.id);
  }
};

// `user` is the channel of `user_id`. nullopt: there is no such channel.
std::optional<Channel> ParseChannel(std::string_view name, std::string_view tenant,
                                    int64_t user_id);
std::string ChannelName(const Channel& channel);
// A positive number in decimal digits, as ids are written.
std::optional<int64_t> ParseId(std::string_view text);

}  // namespace forium::gateway
