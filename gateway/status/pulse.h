// SPDX-License-Identifier: Apache-2.0
// The last minute of counters and routes, from samples of metrics that are kept anyway: who counts
// pays nothing for it. Thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/histogram.h"

namespace forium::gateway {

// What is measured of one route since the start.
struct RouteMeter {
  std::string method;
  std::string pattern;
  const prometheus::Histogram* latency = nullptr;
  const prometheus::Counter* failures = nullptr;
};

struct RouteMinute {
  std::string method;
  std::string pattern;
  uint64_t requests = 0;
  uint64_t failures = 0;
  double mean_seconds = 0;
  double p95_seconds = 0;  // within its bucket of the histogram
};

class Pulse {
 public:
  static constexpr int kSeconds = 60;
  using NamedCounter = std::pair<std::string, const prometheus::Counter*>;

  // They outlive it.
  Pulse(std::vector<NamedCounter> counters, std::vector<RouteMeter> routes, absl::Time now);

  // Once a second.
  void Sample(absl::Time now);

  // How much a counter grew: within the last minute, a second on average of the last `seconds`.
  // Zero for one that is not among those above.
  double LastMinute(std::string_view counter) const;
  double PerSecond(std::string_view counter, int seconds) const;
  // Second by second, the oldest first; zeros before the start.
  std::vector<double> History(std::string_view counter) const;
  // Those with the most requests of the last minute, at most so many.
  std::vector<RouteMinute> TopRoutes(size_t most) const;

 private:
  // So many seconds lie between two samples of routes, which are larger.
  static constexpr int kRouteStep = 5;

  struct Row {
    absl::Time time;
    std::vector<double> values;  // in the order of counters_
  };
  struct RouteCount {
    double failures = 0;
    double seconds = 0;
    std::vector<uint64_t> below;  // requests up to each bound; the last one counts all
  };

  static RouteCount Count(const RouteMeter& route);
  // -1: there is none.
  int IndexOf(std::string_view counter) const;
  static double Growth(const Row& from, const Row& to, int index);

  const std::vector<NamedCounter> counters_;
  const std::vector<RouteMeter> routes_;
  std::vector<double> bounds_;  // of the routes' histograms

  mutable absl::Mutex mutex_;
  std::deque<Row> rows_ ABSL_GUARDED_BY(mutex_);  // the oldest first
  std::deque<std::vector<RouteCount>> route_rows_ ABSL_GUARDED_BY(mutex_);
  int until_routes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace forium::gateway
