// SPDX-License-Identifier: Apache-2.0
#include "gateway/realtime/client_message.h"

#include <boost/json.hpp>

#include "gateway/realtime/channel.h"

namespace forium::gateway {
namespace {

namespace json = boost::json;

constexpr size_t kLongestName = 64;
constexpr size_t kDeepest = 4;

absl::Status ReadNames(const json::value* value, std::vector<std::string>* names) {
  if (value == nullptr) return absl::OkStatus();
  const json::array* list = value->if_array();
  if (list == nullptr || list->size() > kMostChannels)
    return absl::InvalidArgumentError("Channels are a list of at most 50 names.");
  for (const json::value& item : *list) {
    const json::string* name = item.if_string();
    if (name == nullptr || name->size() > kLongestName)
      return absl::InvalidArgumentError("A channel's name is a short text.");
    names->emplace_back(name->data(), name->size());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ClientMessage> ParseClientMessage(std::string_view text) {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = kDeepest;
  const json::value value =
      json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error) return absl::InvalidArgumentError("The message is not JSON.");
  const json::object* object = value.if_object();
  if (object == nullptr) return absl::InvalidArgumentError("The message is not an object.");
  ClientMessage message;
  if (absl::Status read = ReadNames(object->if_contains("subscribe"), &message.subscribe);
      !read.ok())
    return read;
  if (absl::Status read = ReadNames(object->if_contains("unsubscribe"), &message.unsubscribe);
      !read.ok())
    return read;
  if (const json::value* after = object->if_contains("after"); after != nullptr) {
    const json::string* position = after->if_string();
    if (position == nullptr || position->size() > kLongestName)
      return absl::InvalidArgumentError("`after` is a position, a text.");
    message.after.assign(position->data(), position->size());
  }
  if (const json::value* typing = object->if_contains("typing"); typing != nullptr) {
    const json::string* id = typing->if_string();
    const auto topic =
        id != nullptr ? ParseId(std::string_view(id->data(), id->size())) : std::nullopt;
    if (!topic.has_value())
      return absl::InvalidArgumentError("`typing` is the id of a topic, a text.");
    message.typing = *topic;
  }
  if (message.subscribe.empty() && message.unsubscribe.empty() && message.typing == 0)
    return absl::InvalidArgumentError("Say `subscribe`, `unsubscribe` or `typing`.");
  return message;
}

}  // namespace forium::gateway
