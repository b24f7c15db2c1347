// SPDX-License-Identifier: Apache-2.0
// A lock that is taken in the order of asking. Thread-safe.
#pragma once

#include <cstdint>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace forium::database {

class Turns {
 public:
  // One turn, from construction to destruction; none if `turns` is null, or if it had not come by
  // `until`.
  class Turn {
   public:
    Turn(Turns* turns, absl::Time until)
        : turns_(turns != nullptr && turns->Wait(until) ? turns : nullptr),
          came_(turns_ == turns) {}
    ~Turn() {
      if (turns_ != nullptr) turns_->Next();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    bool came() const { return came_; }

   private:
    Turns* const turns_;
    const bool came_;
  };

 private:
  bool Wait(absl::Time until) {
    absl::MutexLock lock(&mutex_);
    const int64_t mine = last_++;
    const auto reached = [this, mine]()
                             ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return serving_ == mine; };
    if (mutex_.AwaitWithDeadline(absl::Condition(&reached), until)) return true;
    given_up_.insert(mine);
    return false;
  }
  void Next() {
    absl::MutexLock lock(&mutex_);
    ++serving_;
    while (given_up_.erase(serving_) > 0) ++serving_;
  }

  absl::Mutex mutex_;
  int64_t last_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t serving_ ABSL_GUARDED_BY(mutex_) = 0;
  std::set<int64_t> given_up_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace forium::database
