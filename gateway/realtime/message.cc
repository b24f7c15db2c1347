// SPDX-License-Identifier: Apache-2.0
#include "gateway/realtime/message.h"

#include <boost/json.hpp>

#include "gateway/http/ascii.h"
#include "gateway/websocket/deflate.h"
#include "gateway/websocket/frame_writer.h"

namespace forium::gateway {
namespace {

constexpr size_t kWorthDeflating = 128;

std::string Names(const std::vector<std::string>& channels) {
  std::string list = "[";
  for (const std::string& channel : channels) {
    if (list.size() > 1) list += ',';
    list += JsonString(channel);
  }
  return list + "]";
}

}  // namespace

Message::Message(std::string_view json, std::string position)
    : frame_(EncodeFrame(Opcode::kText, json)),
      header_(frame_.size() - json.size()),
      position_(std::move(position)) {
  if (json.size() < kWorthDeflating) return;
  const std::string deflated = DeflateMessage(json);
  if (deflated.size() >= json.size()) return;
  deflated_ = EncodeFrame(Opcode::kText, deflated, true);
}

std::string JsonString(std::string_view text) {
  return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

std::string WelcomeJson(std::string_view position, int64_t heartbeat_seconds) {
  return Concat({R"({"type":"welcome","position":")", position, R"(","heartbeat":)",
                 std::to_string(heartbeat_seconds), "}"});
}

std::string SubscribedJson(const std::vector<std::string>& channels) {
  return Concat({R"({"type":"subscribed","channels":)", Names(channels), "}"});
}

std::string ResetJson(const std::vector<std::string>& channels) {
  return Concat({R"({"type":"reset","channels":)", Names(channels), "}"});
}

std::string RefusedJson(std::string_view channel, std::string_view reason) {
  return Concat(
      {R"({"type":"refused","channel":)", JsonString(channel), R"(,"reason":")", reason, R"("})"});
}

std::string RevokedJson(std::string_view channel) {
  return Concat({R"({"type":"revoked","channel":)", JsonString(channel), "}"});
}

std::string ErrorJson(std::string_view detail) {
  return Concat({R"({"type":"error","detail":)", JsonString(detail), "}"});
}

std::string EventJson(std::string_view channel, std::string_view position, std::string_view kind,
                      std::string_view members) {
  std::string json = Concat({R"({"type":"event","channel":")", channel, "\""});
  if (!position.empty()) json += Concat({R"(,"position":")", position, "\""});
  return json + Concat({R"(,"kind":")", kind, "\"", members, "}"});
}

}  // namespace forium::gateway
