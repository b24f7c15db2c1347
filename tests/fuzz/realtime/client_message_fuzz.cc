// SPDX-License-Identifier: Apache-2.0
// Whatever a client says on a live connection: it is refused with a sentence, or bounded; channels
// that there are have one name.
#include <cstdint>
#include <string>

#include "gateway/realtime/channel.h"
#include "gateway/realtime/client_message.h"
#include "gateway/realtime/message.h"
#include "gateway/realtime/replay.h"
#include "tests/fuzz/require.h"

namespace {

using namespace forium::gateway;
using forium::fuzz::Require;

constexpr int64_t kUser = 7;

void CheckName(std::string_view name) {
  const auto channel = ParseChannel(name, "default", kUser);
  if (channel.has_value()) {
    Require(channel->tenant == "default", "channel of another tenant");
    Require(channel->kind == Channel::Kind::kList || channel->id > 0, "channel without an id");
    Require(channel->kind != Channel::Kind::kUser || channel->id == kUser, "of another user");
    Require(ChannelName(*channel) == name, "channel has two names");
  }
  const auto id = ParseId(name);
  Require(!id.has_value() || (*id > 0 && std::to_string(*id) == name), "id has two forms");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  CheckName(text);
  static const RealtimeConfig config;
  static Replay* const replay = [] {
    auto* made = new Replay(config, "k3f9");
    for (int i = 0; i < 3; ++i) made->Add(std::make_shared<KeptEvent>(), absl::UnixEpoch());
    return made;
  }();
  const auto position = replay->Resumable(text);
  Require(!position.has_value() || (*position >= 0 && *position <= 3), "resumes from nowhere");

  const auto message = ParseClientMessage(text);
  if (!message.ok()) {
    Require(!message.status().message().empty(), "mistake not told");
    return 0;
  }
  Require(
      message->subscribe.size() <= kMostChannels && message->unsubscribe.size() <= kMostChannels,
      "too many channels");
  Require(message->after.size() <= 64 && message->typing >= 0, "member beyond its bound");
  for (const auto* names : {&message->subscribe, &message->unsubscribe}) {
    for (const std::string& name : *names) {
      Require(name.size() <= 64, "name too long");
      CheckName(name);
      (void)RefusedJson(name, "NOT_FOUND");
    }
  }
  (void)replay->Resumable(message->after);
  return 0;
}
