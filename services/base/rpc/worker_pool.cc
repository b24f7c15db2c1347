// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/worker_pool.h"

#include <cstdlib>

namespace forium::rpc {
namespace {

// Handlers keep their buffers on the heap. The default of 8 MB is address space only, but 64 of
// them count against limits that small machines set.
constexpr size_t kStackBytes = 512 << 10;

}  // namespace

WorkerPool::WorkerPool(int workers, int queue) : queue_(queue), threads_(workers) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  for (pthread_t& thread : threads_) {
    const auto run = [](void* pool) -> void* {
      static_cast<WorkerPool*>(pool)->Work();
      return nullptr;
    };
    // Without its threads a server cannot start; this happens at start only.
    if (pthread_create(&thread, &attributes, run, this) != 0) abort();
  }
  pthread_attr_destroy(&attributes);
}

WorkerPool::~WorkerPool() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    wake_.SignalAll();
  }
  for (const pthread_t thread : threads_) pthread_join(thread, nullptr);
}

bool WorkerPool::Post(Task* task) {
  absl::MutexLock lock(&mutex_);
  if (waiting_.size() >= queue_) return false;
  waiting_.push_back(task);
  if (idle_ > 0) {
    --idle_;
    wake_.Signal();
  }
  return true;
}

void WorkerPool::Work() {
  while (true) {
    Task* task = nullptr;
    {
      absl::MutexLock lock(&mutex_);
      while (waiting_.empty()) {
        if (stopping_) return;
        ++idle_;
        wake_.Wait(&mutex_);
      }
      task = waiting_.front();
      waiting_.pop_front();
    }
    task->Run();
  }
}

}  // namespace forium::rpc
