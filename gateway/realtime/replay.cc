// SPDX-License-Identifier: Apache-2.0
#include "gateway/realtime/replay.h"

#include <algorithm>
#include <charconv>

namespace forium::gateway {
namespace {

constexpr int64_t kEventBytes = 256;  // of one without messages

}  // namespace

int64_t Replay::BytesOf(const KeptEvent& event) {
  int64_t bytes = kEventBytes;
  for (int level = 0; level < kLevels; ++level) {
    // Levels that see the same share one message.
    if (event.messages[level] == nullptr) continue;
    if (level > 0 && event.messages[level] == event.messages[level - 1]) continue;
    bytes += static_cast<int64_t>(event.messages[level]->bytes());
  }
  return bytes;
}

void Replay::Add(std::shared_ptr<KeptEvent> event, absl::Time now) {
  event->number = ++last_;
  event->time = now;
  bytes_ += BytesOf(*event);
  events_.push_back(std::move(event));
  while (!events_.empty() &&
         (static_cast<int64_t>(events_.size()) > config_.keep_events ||
          bytes_ > config_.keep_bytes || events_.front()->time < now - config_.keep)) {
    bytes_ -= BytesOf(*events_.front());
    forgotten_ = events_.front()->number;
    events_.pop_front();
  }
  if (events_.empty()) bytes_ = 0;
}

void Replay::Forget() {
  // A number of its own, so that whoever stands at the last event is told as well.
  forgotten_ = ++last_;
  events_.clear();
  bytes_ = 0;
}

std::optional<int64_t> Replay::Resumable(std::string_view position) const {
  const size_t dash = position.rfind('-');
  if (dash == std::string_view::npos || position.substr(0, dash) != epoch_) return std::nullopt;
  const std::string_view digits = position.substr(dash + 1);
  int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (number < forgotten_ || number > last_) return std::nullopt;
  return number;
}

std::vector<std::shared_ptr<KeptEvent>> Replay::After(
    int64_t number, const std::function<bool(const Channel&)>& wanted) const {
  std::vector<std::shared_ptr<KeptEvent>> found;
  auto event = std::upper_bound(
      events_.begin(), events_.end(), number,
      [](int64_t after, const std::shared_ptr<KeptEvent>& kept) { return after < kept->number; });
  for (; event != events_.end(); ++event) {
    if (wanted((*event)->change.channel)) found.push_back(*event);
  }
  return found;
}

}  // namespace forium::gateway
