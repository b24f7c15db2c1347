// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/housekeeping.h"

#include <set>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace forium::database {
namespace {

constexpr absl::Duration kEvery = absl::Milliseconds(250);

// Never destroyed: the thread has no end of its own.
struct Thread {
  Thread() {
    std::thread([this] { Run(); }).detach();
  }
  void Run() {
    while (true) {
      absl::SleepFor(kEvery);
      absl::MutexLock lock(&mutex);
      for (const Housekeeping::Task* const task : tasks) task->run();
    }
  }
  absl::Mutex mutex;
  std::set<const Housekeeping::Task*> tasks ABSL_GUARDED_BY(mutex);
};

Thread& TheThread() {
  static Thread& thread = *new Thread;
  return thread;
}

}  // namespace

std::unique_ptr<Housekeeping::Task> Housekeeping::Add(std::function<void()> run) {
  auto task = std::make_unique<Task>(std::move(run));
  Thread& thread = TheThread();
  absl::MutexLock lock(&thread.mutex);
  thread.tasks.insert(task.get());
  return task;
}

Housekeeping::Task::~Task() {
  Thread& thread = TheThread();
  absl::MutexLock lock(&thread.mutex);
  thread.tasks.erase(this);
}

}  // namespace forium::database
