// SPDX-License-Identifier: Apache-2.0
// A lock that is taken in the order of asking. Thread-safe.
#pragma once

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace forium::database {

class Turns {
 public:
  // One turn, from construction to destruction; none if `turns` is null.
  class Turn {
   public:
    explicit Turn(Turns* turns) : turns_(turns) {
      if (turns_ != nullptr) turns_->Wait();
    }
    ~Turn() {
      if (turns_ != nullptr) turns_->Next();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Turns* const turns_;
  };

 private:
  void Wait() {
    absl::MutexLock lock(&mutex_);
    const int64_t mine = last_++;
    const auto reached = [this, mine]()
                             ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return serving_ == mine; };
    mutex_.Await(absl::Condition(&reached));
  }
  void Next() {
    absl::MutexLock lock(&mutex_);
    ++serving_;
  }

  absl::Mutex mutex_;
  int64_t last_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t serving_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace forium::database
