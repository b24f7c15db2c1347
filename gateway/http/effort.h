// SPDX-License-Identifier: Apache-2.0
// How much effort compression can afford: a step less when work waits long for its turn, a step
// more only after a while in which none did. `Waited` on one thread, `Of` on any.
#pragma once

#include <algorithm>
#include <atomic>

#include "absl/time/time.h"

namespace forium::gateway {

class Effort {
 public:
  static constexpr int kSteps = 4;
  static constexpr absl::Duration kLong = absl::Milliseconds(20);
  static constexpr absl::Duration kShort = absl::Milliseconds(2);
  // Between steps down: time for the last one to show.
  static constexpr absl::Duration kSettle = absl::Milliseconds(100);
  // Without any wait that was not short, before a step up.
  static constexpr absl::Duration kCalm = absl::Seconds(1);

  // A piece of work waited so long for its turn, which came now. True: the step changed.
  bool Waited(absl::Duration wait, absl::Time now) {
    const int step = step_.load(std::memory_order_relaxed);
    if (wait >= kShort) busy_ = now;
    int next = step;
    if (wait > kLong && now - changed_ >= kSettle) {
      next = std::min(step + 1, kSteps - 1);
    } else if (now - busy_ >= kCalm && now - changed_ >= kCalm) {
      next = std::max(step - 1, 0);
    }
    if (next == step) return false;
    changed_ = now;
    step_.store(next, std::memory_order_relaxed);
    return true;
  }

  // 0: as wanted; 3: the least.
  int step() const { return step_.load(std::memory_order_relaxed); }
  // What is done of the effort wanted; at least 1.
  int Of(int wanted) const {
    constexpr int kMost[kSteps] = {11, 4, 2, 1};
    return std::min(wanted, kMost[step()]);
  }

 private:
  std::atomic<int> step_{0};
  absl::Time busy_ = absl::InfinitePast();
  absl::Time changed_ = absl::InfinitePast();
};

}  // namespace forium::gateway
