// SPDX-License-Identifier: Apache-2.0
// A message to clients in the forms that travel: made once, shared by all who get it. Immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/realtime/channel.h"

namespace forium::gateway {

class Message {
 public:
  // `position`: the `id:` of server-sent events; may be empty.
  explicit Message(std::string_view json, std::string position = {});

  const std::string& frame() const { return frame_; }
  // With permessage-deflate; the plain frame where that is not larger.
  const std::string& deflated() const { return deflated_.empty() ? frame_ : deflated_; }
  std::string_view json() const { return std::string_view(frame_).substr(header_); }
  const std::string& position() const { return position_; }
  // Memory.
  size_t bytes() const { return frame_.size() + deflated_.size() + position_.size(); }

 private:
  std::string frame_;
  size_t header_ = 0;
  std::string deflated_;
  std::string position_;
};
using MessagePointer = std::shared_ptr<const Message>;

// Text as a JSON string, quotes included.
std::string JsonString(std::string_view text);

std::string WelcomeJson(std::string_view position, int64_t heartbeat_seconds);
std::string SubscribedJson(const std::vector<std::string>& channels);
std::string ResetJson(const std::vector<std::string>& channels);
std::string RefusedJson(std::string_view channel, std::string_view reason);
std::string RevokedJson(std::string_view channel);
std::string ErrorJson(std::string_view detail);
// `members`: further ones, `,"topicId":"17"`, or empty. `position`: empty: it has none.
std::string EventJson(std::string_view channel, std::string_view position, std::string_view kind,
                      std::string_view members);

}  // namespace forium::gateway
