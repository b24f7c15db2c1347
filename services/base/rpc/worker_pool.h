// SPDX-License-Identifier: Apache-2.0
// Threads that run tasks in the order of their arrival, with a bounded queue. Thread-safe.
#pragma once

#include <pthread.h>

#include <deque>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

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

 private:
  void Work();

  const size_t queue_;
  std::vector<pthread_t> threads_;
  absl::Mutex mutex_;
  absl::CondVar wake_;
  std::deque<Task*> waiting_ ABSL_GUARDED_BY(mutex_);
  // Workers that sleep and were not yet told to wake.
  int idle_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace forium::rpc
