// SPDX-License-Identifier: Apache-2.0
// Threads that wait for sockets together. Whoever is woken handles what came; the others go on
// waiting. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace forium::rpc {

class Poller {
 public:
  class Watched {
   public:
    virtual ~Watched() = default;
    // The descriptor became ready, or broke. It is not watched from then until Arm.
    virtual void OnReady() = 0;
  };

  // `tick` runs on one of the threads every `period`, roughly.
  Poller(int threads, absl::Duration period, std::function<void()> tick);
  // Waits for the threads.
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // A name for the descriptor, never given twice. It is watched from the first Arm on.
  uint64_t Add(int descriptor, std::shared_ptr<Watched> watched);
  // Once, until it can be read, and if wanted written.
  void Arm(int descriptor, uint64_t name, bool writing);
  // Before the descriptor is closed. OnReady may still be running.
  void Remove(int descriptor, uint64_t name);

  void TickEvery(absl::Duration period);

 private:
  void Work();
  std::shared_ptr<Watched> WatchedOf(uint64_t name);

  const std::function<void()> tick_;
  const int epoll_;
  const int timer_;
  const int stop_;
  absl::Mutex mutex_;
  uint64_t last_name_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<uint64_t, std::shared_ptr<Watched>> watched_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace forium::rpc
