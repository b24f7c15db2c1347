// SPDX-License-Identifier: Apache-2.0
#include "gateway/realtime/channel.h"

#include <charconv>

namespace forium::gateway {

std::optional<int64_t> ParseId(std::string_view text) {
  int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size() || id <= 0 || text[0] == '0')
    return std::nullopt;
  return id;
}

std::optional<Channel> ParseChannel(std::string_view name, std::string_view tenant,
                                    int64_t user_id) {
  using Kind = Channel::Kind;
  const auto make = [&](Kind kind, int64_t id) { return Channel{std::string(tenant), kind, id}; };
  if (name == "list") return make(Kind::kList, 0);
  if (name == "user") return make(Kind::kUser, user_id);
  const size_t colon = name.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::optional<int64_t> id = ParseId(name.substr(colon + 1));
  if (!id.has_value()) return std::nullopt;
  const std::string_view kind = name.substr(0, colon);
  if (kind == "category") return make(Kind::kCategory, *id);
  if (kind == "topic") return make(Kind::kTopic, *id);
  if (kind == "presence") return make(Kind::kPresence, *id);
  return std::nullopt;
}

std::string ChannelName(const Channel& channel) {
  switch (channel.kind) {
    case Channel::Kind::kList:
      return "list";
    case Channel::Kind::kUser:
      return "user";
    case Channel::Kind::kCategory:
      return "category:" + std::to_string(channel.id);
    case Channel::Kind::kTopic:
      return "topic:" + std::to_string(channel.id);
    case Channel::Kind::kPresence:
      return "presence:" + std::to_string(channel.id);
  }
  return {};
}

}  // namespace forium::gateway
