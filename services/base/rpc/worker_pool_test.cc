// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/worker_pool.h"

#include <atomic>
#include <functional>
#include <utility>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace forium::rpc {
namespace {

class Lambda final : public WorkerPool::Task {
 public:
  explicit Lambda(std::function<void()> fn) : fn_(std::move(fn)) {}
  void Run() override { fn_(); }

 private:
  const std::function<void()> fn_;
};

TEST(WorkerPoolTest, BlockingTasksSpreadOverAllWorkers) {
  constexpr int kWorkers = 8;
  absl::BlockingCounter together(kWorkers);
  absl::Notification open;
  Lambda task([&] {
    together.DecrementCount();
    open.WaitForNotification();
  });
  WorkerPool pool(kWorkers, 100);
  for (int i = 0; i < kWorkers; ++i) ASSERT_TRUE(pool.Post(&task));
  together.Wait();  // comes back only when all of them run at once
  open.Notify();
}

TEST(WorkerPoolTest, TheQueueIsBoundedAndEmptiedAtTheEnd) {
  std::atomic<int> runs = 0;
  absl::Notification entered, open;
  Lambda blocker([&] {
    entered.Notify();
    open.WaitForNotification();
  });
  Lambda count([&] { ++runs; });
  {
    WorkerPool pool(1, 3);
    ASSERT_TRUE(pool.Post(&blocker));
    entered.WaitForNotification();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(pool.Post(&count));
    EXPECT_FALSE(pool.Post(&count));
    open.Notify();
  }
  EXPECT_EQ(runs, 3);
}

TEST(WorkerPoolTest, NoTaskIsForgottenWhileWorkersFallAsleep) {
  constexpr int kRounds = 20'000;
  std::atomic<int> runs = 0;
  WorkerPool pool(4, 100);
  for (int i = 0; i < kRounds; ++i) {
    absl::BlockingCounter both(2);
    Lambda one([&] {
      ++runs;
      both.DecrementCount();
    });
    ASSERT_TRUE(pool.Post(&one));
    ASSERT_TRUE(pool.Post(&one));
    both.Wait();
  }
  EXPECT_EQ(runs, 2 * kRounds);
}

}  // namespace
}  // namespace forium::rpc
