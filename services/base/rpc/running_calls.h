// SPDX-License-Identifier: Apache-2.0
// Counts the calls that a server is busy with, so that a drain can wait for them. Thread-safe.
#pragma once

#include <atomic>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace forium::rpc {

class RunningCalls {
 public:
  // False: the server has not started, drains or is gone, and the call is to be refused. End
  // follows in any case.
  bool Begin();
  void End();

  void Open() { open_.store(true); }
  void Close() { open_.store(false); }
  // Waits until none runs; useful once closed. False: `timeout` passed first.
  bool AwaitNone(absl::Duration timeout);

 private:
  std::atomic<int> running_ = 0;
  std::atomic<bool> open_ = false;
  absl::Mutex mutex_;
  absl::CondVar ended_;
};

}  // namespace forium::rpc
