// SPDX-License-Identifier: Apache-2.0
#include "services/base/flusher/flusher.h"

#include <gtest/gtest.h>

#include <atomic>

#include "absl/synchronization/notification.h"

namespace forium {
namespace {

TEST(FlusherTest, FlushesAgainAfterAFailure) {
  std::atomic<int> flushed = 0;
  absl::Notification again;
  Flusher flusher("not flushed", absl::Milliseconds(1), [&] {
    if (++flushed == 2) again.Notify();
    return absl::UnavailableError("away");
  });
  again.WaitForNotification();
}

TEST(FlusherTest, FlushesOnceMoreAtTheEndAndThenNeverAgain) {
  int flushed = 0;
  Flusher flusher("not flushed", absl::Hours(1), [&] {
    ++flushed;
    return absl::OkStatus();
  });
  flusher.Close();
  EXPECT_EQ(flushed, 1);
  flusher.Close();
  EXPECT_EQ(flushed, 1);
}

}  // namespace
}  // namespace forium
