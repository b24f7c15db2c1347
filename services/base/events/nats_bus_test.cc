// SPDX-License-Identifier: Apache-2.0
// The bus on a real server that stops, dies, stands still and forgets.
#include "services/base/events/nats_bus.h"

#include <set>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/events/testing/nats_fixture.h"

namespace forium::events {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(NatsBusTest, EventsComeInOrder) {
  Announce(1, 300);
  StartRelay();
  Seen seen;
  const auto subscription = bus_->Subscribe(seen.Work("one"));
  Announce(301, 700);
  ASSERT_TRUE(seen.Await(700));
  EXPECT_EQ(seen.ids(), Numbers(1, 700));
}

}  // namespace
}  // namespace forium::events
