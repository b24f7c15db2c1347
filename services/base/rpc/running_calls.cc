// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/running_calls.h"

#include "absl/time/clock.h"

namespace forium::rpc {

bool RunningCalls::Begin() {
  // Counted before it looks; and closed before AwaitNone counts. So one of the two sees the other.
  running_.fetch_add(1);
  return open_.load();
}

void RunningCalls::End() {
  if (running_.fetch_sub(1) != 1 || open_.load()) return;
  absl::MutexLock lock(&mutex_);
  ended_.SignalAll();
}

bool RunningCalls::AwaitNone(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  absl::MutexLock lock(&mutex_);
  while (running_.load() != 0) {
    if (ended_.WaitWithDeadline(&mutex_, deadline)) return running_.load() == 0;
  }
  return true;
}

}  // namespace forium::rpc
