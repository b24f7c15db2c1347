// SPDX-License-Identifier: Apache-2.0
// Threads that run tasks in the order of their arrival, with a bounded queue. Thread-safe.
#pragma once

#include <pthread.h>

#include <deque>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/base/observe/metrics.h"

namespace forium::rpc {

class WorkerPool {
 public:
  class Task {
   public:
    virtual ~Task() = default;
    virtual void Run() = 0;
  };

  WorkerPool(int workers, int queue);
  // Runs what waits, then joins.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False when the queue is full. The task stays alive until it ran.
  bool Post(Task* task);
  // On the thread of the caller, beside those of the pool.
  void RunHere(Task* task);

 private:
  // Where a worker sleeps.
  struct Sleeper {
    absl::CondVar wake;
    bool awake = true;  // guarded by the pool's mutex
  };

  void Work();
  // Wakes a worker for what waits, unless one is on its way: that one wakes the next. So short
  // tasks are run by few workers, and blocking ones still spread over all.
  void WakeOne() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t queue_;
  // Of all pools of the process.
  prometheus::Gauge& queued_ =
      observe::Gauge("forium_rpc_calls_waiting", "Calls that wait for a worker.");
  prometheus::Gauge& running_ =
      observe::Gauge("forium_rpc_calls_running", "Calls that a worker is at.");
  prometheus::Counter& refused_ = observe::Counter(
      "forium_rpc_calls_refused_total", "Calls that found the queue of the workers full.");
  std::vector<pthread_t> threads_;
  absl::Mutex mutex_;
  std::deque<Task*> waiting_ ABSL_GUARDED_BY(mutex_);
  // The last to fall asleep is woken first: its stack is still in the cache.
  std::vector<Sleeper*> sleepers_ ABSL_GUARDED_BY(mutex_);
  bool waking_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace forium::rpc
