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
    for (Sleeper* sleeper : sleepers_) {
      sleeper->awake = true;
      sleeper->wake.Signal();
    }
    sleepers_.clear();
  }
  for (const pthread_t thread : threads_) pthread_join(thread, nullptr);
}

bool WorkerPool::Post(Task* task) {
  absl::MutexLock lock(&mutex_);
  if (waiting_.size() >= queue_) {
    refused_.Increment();
    return false;
  }
  waiting_.push_back(task);
  queued_.Increment();
  WakeOne();
  return true;
}

void WorkerPool::WakeOne() {
  if (waking_ || sleepers_.empty()) return;
  waking_ = true;
  Sleeper* sleeper = sleepers_.back();
  sleepers_.pop_back();
  sleeper->awake = true;
  sleeper->wake.Signal();
}

void WorkerPool::Work() {
  Sleeper self;
  while (true) {
    Task* task = nullptr;
    {
      absl::MutexLock lock(&mutex_);
      while (waiting_.empty()) {
        if (stopping_) return;
        self.awake = false;
        sleepers_.push_back(&self);
        while (!self.awake) self.wake.Wait(&mutex_);
        waking_ = false;
      }
      task = waiting_.front();
      waiting_.pop_front();
      queued_.Decrement();
      if (!waiting_.empty()) WakeOne();
    }
    RunHere(task);
  }
}

void WorkerPool::RunHere(Task* task) {
  running_.Increment();
  task->Run();
  running_.Decrement();
}

}  // namespace forium::rpc
