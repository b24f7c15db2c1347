// SPDX-License-Identifier: Apache-2.0
#include "gateway/status/pulse.h"

#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

class PulseTest : public testing::Test {
 protected:
  // The next second begins.
  void Tick(int seconds = 1) {
    for (int i = 0; i < seconds; ++i) pulse_.Sample(now_ += absl::Seconds(1));
  }

  prometheus::Counter requests_;
  prometheus::Counter failures_;
  prometheus::Histogram fast_{{0.001, 0.01, 0.1, 1}};
  prometheus::Histogram slow_{{0.001, 0.01, 0.1, 1}};
  absl::Time now_ = absl::FromUnixSeconds(1'790'000'000);
  Pulse pulse_{{{"requests", &requests_}},
               {{.method = "GET", .pattern = "/", .latency = &fast_, .failures = &failures_},
                {.method = "POST", .pattern = "/slow", .latency = &slow_, .failures = &failures_}},
               now_};
};

TEST_F(PulseTest, RatesAreOfTheSecondsThatWereAskedFor) {
  EXPECT_EQ(pulse_.PerSecond("requests", 10), 0);
  requests_.Increment(100);
  Tick();
  EXPECT_EQ(pulse_.PerSecond("requests", 10), 100);
  Tick(4);
  EXPECT_EQ(pulse_.PerSecond("requests", 10), 20);
  Tick(15);
  EXPECT_EQ(pulse_.PerSecond("requests", 10), 0);
  EXPECT_EQ(pulse_.LastMinute("requests"), 100);
}

TEST_F(PulseTest, AMinuteForgetsWhatWasBefore) {
  requests_.Increment(7);
  Tick(Pulse::kSeconds);
  EXPECT_EQ(pulse_.LastMinute("requests"), 7);
  Tick();
  EXPECT_EQ(pulse_.LastMinute("requests"), 0);
}

TEST_F(PulseTest, HistoryEndsWithTheLastSecond) {
  requests_.Increment(5);
  Tick();
  requests_.Increment(9);
  Tick();
  const std::vector<double> history = pulse_.History("requests");
  ASSERT_EQ(history.size(), 60u);
  EXPECT_EQ(history[57], 0);
  EXPECT_EQ(history[58], 5);
  EXPECT_EQ(history[59], 9);
  Tick(Pulse::kSeconds);
  EXPECT_EQ(pulse_.History("requests"), std::vector<double>(60, 0));
}

TEST_F(PulseTest, WhatNobodyCountsIsNothing) {
  Tick();
  EXPECT_EQ(pulse_.LastMinute("other"), 0);
  EXPECT_EQ(pulse_.PerSecond("other", 10), 0);
  EXPECT_EQ(pulse_.History("other"), std::vector<double>(60, 0));
}

TEST_F(PulseTest, TheBusiestRouteComesFirst) {
  for (int i = 0; i < 100; ++i) fast_.Observe(0.005);
  slow_.Observe(0.5);
  slow_.Observe(0.3);
  const std::vector<RouteMinute> routes = pulse_.TopRoutes(10);
  ASSERT_EQ(routes.size(), 2u);
  EXPECT_EQ(routes[0].pattern, "/");
  EXPECT_EQ(routes[0].requests, 100u);
  EXPECT_NEAR(routes[0].mean_seconds, 0.005, 1e-9);
  EXPECT_GT(routes[0].p95_seconds, 0.005);
  EXPECT_LE(routes[0].p95_seconds, 0.01);
  EXPECT_EQ(routes[1].method, "POST");
  EXPECT_NEAR(routes[1].mean_seconds, 0.4, 1e-9);
  EXPECT_EQ(pulse_.TopRoutes(1).size(), 1u);
}

TEST_F(PulseTest, RoutesThatWereAskedBeforeTheMinuteAreLeftOut) {
  fast_.Observe(0.005);
  failures_.Increment();
  Tick(Pulse::kSeconds + 5);
  EXPECT_TRUE(pulse_.TopRoutes(10).empty());
  fast_.Observe(0.02);
  failures_.Increment(2);
  const std::vector<RouteMinute> routes = pulse_.TopRoutes(10);
  ASSERT_EQ(routes.size(), 1u);
  EXPECT_EQ(routes[0].requests, 1u);
  EXPECT_EQ(routes[0].failures, 2u);
}

TEST_F(PulseTest, BeyondTheLastBoundIsThatBound) {
  fast_.Observe(30);
  EXPECT_EQ(pulse_.TopRoutes(1)[0].p95_seconds, 1);
}

}  // namespace
}  // namespace forium::gateway
