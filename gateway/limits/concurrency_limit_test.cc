// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/concurrency_limit.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

// A server with `workers` that serves what comes in order, each request as long as its route takes:
// an event simulation with a clock of its own. Clients keep it as full as the limit lets them.
class Simulation {
 public:
  struct Route {
    double share;
    double seconds;
    double exponent = 0;  // share of the time that varies exponentially
  };

  Simulation(int workers, std::vector<Route> routes, const ConcurrencyLimit::Options& options = {})
      : workers_(workers), routes_(std::move(routes)), limit_(options, now_), random_(3) {}

  // Served a second. `clients`: more than that are never in flight.
  double Run(double seconds, int clients = 1'000'000) {
    const absl::Time begin = now_;
    const absl::Time end = now_ + absl::Seconds(seconds);
    int64_t served = 0;
    lowest_ = 1'000'000;
    highest_ = 0;
    waited_ = 0;
    while (now_ < end) {
      while (in_flight_ < std::min(limit_.limit(), clients)) Begin();
      now_ = running_.top().end;
      const Running done = running_.top();
      running_.pop();
      if (!waiting_.empty()) {
        Start(waiting_.front());
        waiting_.pop();
      }
      limit_.Sample(done.route, now_ - done.begin, in_flight_, now_);
      --in_flight_;
      ++served;
      waited_ += absl::ToDoubleSeconds(now_ - done.begin);
      lowest_ = std::min(lowest_, limit_.limit());
      highest_ = std::max(highest_, limit_.limit());
    }
    mean_seconds_ = waited_ / static_cast<double>(served);
    return static_cast<double>(served) / absl::ToDoubleSeconds(now_ - begin);
  }

  void SlowDown(double factor) { factor_ = factor; }
  void SetWorkers(int workers) { workers_ = workers; }
  ConcurrencyLimit& limit() { return limit_; }
  int lowest() const { return lowest_; }
  int highest() const { return highest_; }
  double mean_seconds() const { return mean_seconds_; }

 private:
  struct Running {
    absl::Time end;
    absl::Time begin;
    int route = 0;
    bool operator<(const Running& other) const { return end > other.end; }
  };

  void Begin() {
    double pick = std::uniform_real_distribution<double>(0, 1)(random_);
    size_t route = 0;
    while (route + 1 < routes_.size() && pick >= routes_[route].share)
      pick -= routes_[route++].share;
    Running next{now_, now_, static_cast<int>(route)};
    ++in_flight_;
    if (static_cast<int>(running_.size()) < workers_) {
      Start(next);
    } else {
      waiting_.push(next);
    }
  }

  void Start(Running next) {
    const Route& route = routes_[static_cast<size_t>(next.route)];
    const double chance = std::exponential_distribution<double>(1)(random_);
    next.end = now_ + absl::Seconds(factor_ * route.seconds *
                                    (1 - route.exponent + route.exponent * chance));
    running_.push(next);
  }

  absl::Time now_ = absl::FromUnixSeconds(1'000'000);
  int workers_;
  std::vector<Route> routes_;
  ConcurrencyLimit limit_;
  std::mt19937 random_;
  double factor_ = 1;
  int in_flight_ = 0;
  std::priority_queue<Running> running_;
  std::queue<Running> waiting_;
  int lowest_ = 0;
  int highest_ = 0;
  double waited_ = 0;
  double mean_seconds_ = 0;
};

TEST(ConcurrencyLimitTest, FindsTheCapacityAndStaysThere) {
  Simulation simulation(32, {{1, 0.01, 0.5}});
  simulation.Run(30);
  const double served = simulation.Run(60);
  EXPECT_GE(served, 0.95 * 32 / 0.01);
  EXPECT_LE(simulation.highest(), 32 * 2.5);
  EXPECT_LE(simulation.mean_seconds(), 0.01 * 2.5);
}

TEST(ConcurrencyLimitTest, LastingOverloadDoesNotCreepUpwards) {
  Simulation simulation(4, {{1, 0.005, 1}});
  simulation.Run(60);
  const int early = simulation.highest();
  const double served = simulation.Run(1200);
  EXPECT_LE(simulation.highest(), std::max(40, early * 3 / 2));
  EXPECT_GE(served, 0.95 * 4 / 0.005);
}

TEST(ConcurrencyLimitTest, OneCoreGetsASmallLimit) {
  Simulation simulation(1, {{1, 0.001, 1}});
  simulation.Run(60);
  EXPECT_GE(simulation.Run(60), 0.97 / 0.001);
  EXPECT_LE(simulation.highest(), 32);
}

TEST(ConcurrencyLimitTest, StartInOverloadWithAQueueHeals) {
  ConcurrencyLimit::Options options;
  options.initial = 512;
  Simulation simulation(8, {{1, 0.01, 0.5}}, options);
  simulation.Run(120);
  EXPECT_GE(simulation.Run(30), 0.95 * 8 / 0.01);
  EXPECT_LE(simulation.highest(), 64);
}

TEST(ConcurrencyLimitTest, GrowsAgainWhenTheServerGetsFaster) {
  Simulation simulation(64, {{1, 0.01, 0.5}});
  simulation.SetWorkers(8);
  simulation.Run(60);
  EXPECT_LE(simulation.highest(), 64);
  simulation.SetWorkers(64);
  simulation.Run(30);
  EXPECT_GE(simulation.Run(30), 0.9 * 64 / 0.01);
}

TEST(ConcurrencyLimitTest, SlowerServerIsLearntAndNotTakenForAQueue) {
  Simulation simulation(32, {{1, 0.01, 0.5}});
  simulation.Run(60);
  simulation.SlowDown(4);  // a slower disk: as many at once as before
  simulation.Run(90);
  EXPECT_GE(simulation.Run(30), 0.9 * 32 / 0.04);
}

TEST(ConcurrencyLimitTest, SlowRoutesAmongFastOnesDoNotShrinkIt) {
  Simulation simulation(32, {{0.9, 0.002, 0.5}, {0.1, 0.2, 0.5}});
  simulation.Run(60);
  const double capacity = 32 / (0.9 * 0.002 + 0.1 * 0.2);
  EXPECT_GE(simulation.Run(60), 0.9 * capacity);
  EXPECT_GE(simulation.lowest(), 12);  // the lowest are probes
  EXPECT_LE(simulation.highest(), 100);
}

TEST(ConcurrencyLimitTest, IdleServerKeepsItsLimit) {
  Simulation simulation(32, {{1, 0.01, 1}});
  simulation.Run(25);
  simulation.Run(1, 2);  // a probe that had begun ends
  const int before = simulation.limit().limit();
  simulation.Run(60, 2);
  EXPECT_EQ(simulation.limit().limit(), before);
}

TEST(ConcurrencyLimitTest, ProbesCostLittle) {
  Simulation simulation(1, {{1, 0.0005, 1}});
  simulation.Run(20);
  EXPECT_GE(simulation.Run(100), 0.99 / 0.0005);
}

TEST(ConcurrencyLimitTest, NonsenseIsIgnored) {
  const absl::Time now = absl::FromUnixSeconds(1'000'000);
  ConcurrencyLimit limit({}, now);
  for (int i = 0; i < 10'000; ++i) {
    limit.Sample(-i, -absl::Seconds(i), i, now);
    limit.Sample(i, absl::ZeroDuration(), -i, now + absl::Milliseconds(i));
    limit.Sample(i, absl::InfiniteDuration(), 7, now + absl::Milliseconds(i));
  }
  EXPECT_EQ(limit.limit(), 32);
  for (int i = 0; i < 100'000; ++i) {
    limit.Sample(i, absl::Hours(i), i, now + absl::Milliseconds(i));
  }
  EXPECT_GE(limit.limit(), 1);
  EXPECT_LE(limit.limit(), 512);
}

}  // namespace
}  // namespace forium::gateway
