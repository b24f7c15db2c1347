// SPDX-License-Identifier: Apache-2.0
// The last events, to resume from: bounded by number, age and bytes. Each is kept in the form that
// each level saw; what a level has not seen yet is made when somebody asks. Used on one thread.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "gateway/realtime/channel.h"
#include "gateway/realtime/config.h"
#include "gateway/realtime/message.h"
#include "gateway/realtime/reader.h"

namespace forium::gateway {

// What happened, so far as it must be told: enough to tell it to another level later.
struct Change {
  enum class Kind : uint8_t {
    kPostCreated,
    kPostChanged,
    kPostReactions,
    kTopicCreated,
    kTopicBumped,
    kTopicChanged,
    kReset,
  };
  Channel channel;
  Kind kind = Kind::kReset;
  int64_t topic_id = 0;
  int64_t post_id = 0;
  int number = 0;
  // Categories that the topic is or was in.
  std::vector<int64_t> categories = {};
};

struct KeptEvent {
  int64_t number = 0;
  absl::Time time;
  Change change;
  // By level; known without a message: it hears nothing of it.
  std::array<MessagePointer, kLevels> messages;
  std::array<bool, kLevels> known{};
};

class Replay {
 public:
  Replay(const RealtimeConfig& config, std::string epoch)
      : config_(config), epoch_(std::move(epoch)) {}

  // Where the stream stands, and where it will after the next event.
  std::string Position() const { return PositionOf(last_); }
  std::string PositionOf(int64_t number) const { return epoch_ + "-" + std::to_string(number); }
  int64_t next() const { return last_ + 1; }
  // The next event; its messages carry PositionOf(next()).
  void Add(std::shared_ptr<KeptEvent> event, absl::Time now);
  // Everybody resumes with a reset from now on.
  void Forget();

  // Number of a position that is still kept, so that all after it can be told.
  std::optional<int64_t> Resumable(std::string_view position) const;
  // Events after a number of channels that `wanted` says yes to, oldest first.
  std::vector<std::shared_ptr<KeptEvent>> After(
      int64_t number, const std::function<bool(const Channel&)>& wanted) const;

  // After messages of a kept event were made.
  void Grow(int64_t bytes) { bytes_ += bytes; }
  size_t size() const { return events_.size(); }

 private:
  static int64_t BytesOf(const KeptEvent& event);

  const RealtimeConfig& config_;
  const std::string epoch_;
  int64_t last_ = 0;
  int64_t forgotten_ = 0;  // up to here nothing is kept
  int64_t bytes_ = 0;
  std::deque<std::shared_ptr<KeptEvent>> events_;
};

}  // namespace forium::gateway
