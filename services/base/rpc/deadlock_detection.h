// SPDX-License-Identifier: Apache-2.0
// Debian builds Abseil with its deadlock detector on: a global graph behind one spin lock that
// every absl::Mutex, gRPC's included, enters at each lock. It costs more than the calls themselves,
// so that servers and clients turn it off.
#pragma once

#include "absl/synchronization/mutex.h"

namespace forium::rpc {

inline void TurnOffDeadlockDetection() {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

}  // namespace forium::rpc
