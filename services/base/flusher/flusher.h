// SPDX-License-Identifier: Apache-2.0
// Writes what is gathered in memory every few seconds, and once more at the end, on a thread of its
// own. A failure is logged, and the next time comes all the same. Thread-safe.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace forium {

class Flusher {
 public:
  // `failure`: the log's phrase when `flush` fails. Whatever `flush` uses is made before this.
  Flusher(std::string failure, absl::Duration every, std::function<absl::Status()> flush);
  ~Flusher();
  Flusher(const Flusher&) = delete;
  Flusher& operator=(const Flusher&) = delete;

  // Flushes for the last time and stops. Again does nothing.
  void Close();

 private:
  void Run();

  const std::string failure_;
  const absl::Duration every_;
  const std::function<absl::Status()> flush_;
  absl::Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace forium
