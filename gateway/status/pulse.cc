// SPDX-License-Identifier: Apache-2.0
#include "gateway/status/pulse.h"

#include <algorithm>
#include <cmath>

namespace forium::gateway {
namespace {

constexpr double kPercentile = 0.95;

// The requests of a minute: of all bounds, how many more lie below than before.
std::vector<uint64_t> More(const std::vector<uint64_t>& before, const std::vector<uint64_t>& now) {
  std::vector<uint64_t> more(now.size(), 0);
  for (size_t i = 0; i < now.size() && i < before.size(); ++i) more[i] = now[i] - before[i];
  return more;
}

// Within a bucket all are taken to lie evenly; beyond the last bound nothing is known but that.
double Percentile(const std::vector<uint64_t>& below, const std::vector<double>& bounds) {
  if (below.empty() || below.back() == 0 || bounds.empty()) return 0;
  const double wanted = kPercentile * static_cast<double>(below.back());
  for (size_t i = 0; i < bounds.size() && i < below.size(); ++i) {
    if (static_cast<double>(below[i]) < wanted) continue;
    const double lower = i == 0 ? 0 : bounds[i - 1];
    if (!std::isfinite(bounds[i])) return lower;
    const double before = i == 0 ? 0 : static_cast<double>(below[i - 1]);
    const double share = (wanted - before) / (static_cast<double>(below[i]) - before);
    return lower + share * (bounds[i] - lower);
  }
  return bounds.back();
}

}  // namespace

Pulse::Pulse(std::vector<NamedCounter> counters, std::vector<RouteMeter> routes, absl::Time now)
    : counters_(std::move(counters)), routes_(std::move(routes)) {
  if (!routes_.empty()) {
    for (const auto& bucket : routes_.front().latency->Collect().histogram.bucket) {
      bounds_.push_back(bucket.upper_bound);
    }
  }
  Sample(now);
}

Pulse::RouteCount Pulse::Count(const RouteMeter& route) {
  const prometheus::ClientMetric::Histogram histogram = route.latency->Collect().histogram;
  RouteCount count{
      .failures = route.failures->Value(), .seconds = histogram.sample_sum, .below = {}};
  count.below.reserve(histogram.bucket.size());
  for (const auto& bucket : histogram.bucket) count.below.push_back(bucket.cumulative_count);
  return count;
}

void Pulse::Sample(absl::Time now) {
  Row row{.time = now, .values = {}};
  row.values.reserve(counters_.size());
  for (const auto& [name, counter] : counters_) row.values.push_back(counter->Value());
  const absl::MutexLock lock(&mutex_);
  rows_.push_back(std::move(row));
  if (rows_.size() > kSeconds + 1) rows_.pop_front();
  if (until_routes_-- > 0) return;
  until_routes_ = kRouteStep - 1;
  std::vector<RouteCount> counts;
  counts.reserve(routes_.size());
  for (const RouteMeter& route : routes_) counts.push_back(Count(route));
  route_rows_.push_back(std::move(counts));
  if (route_rows_.size() > kSeconds / kRouteStep) route_rows_.pop_front();
}

int Pulse::IndexOf(std::string_view counter) const {
  for (size_t i = 0; i < counters_.size(); ++i) {
    if (counters_[i].first == counter) return static_cast<int>(i);
  }
  return -1;
}

double Pulse::Growth(const Row& from, const Row& to, int index) {
  return to.values[static_cast<size_t>(index)] - from.values[static_cast<size_t>(index)];
}

double Pulse::LastMinute(std::string_view counter) const {
  const int index = IndexOf(counter);
  if (index < 0) return 0;
  const absl::MutexLock lock(&mutex_);
  return Growth(rows_.front(), rows_.back(), index);
}

double Pulse::PerSecond(std::string_view counter, int seconds) const {
  const int index = IndexOf(counter);
  if (index < 0) return 0;
  const absl::MutexLock lock(&mutex_);
  const size_t back = std::min(rows_.size() - 1, static_cast<size_t>(seconds));
  const Row& from = rows_[rows_.size() - 1 - back];
  const double passed = absl::ToDoubleSeconds(rows_.back().time - from.time);
  return passed <= 0 ? 0 : Growth(from, rows_.back(), index) / passed;
}

std::vector<double> Pulse::History(std::string_view counter) const {
  std::vector<double> history(kSeconds, 0);
  const int index = IndexOf(counter);
  if (index < 0) return history;
  const absl::MutexLock lock(&mutex_);
  for (size_t i = 1; i < rows_.size(); ++i) {
    history[kSeconds - rows_.size() + i] = Growth(rows_[i - 1], rows_[i], index);
  }
  return history;
}

std::vector<RouteMinute> Pulse::TopRoutes(size_t most) const {
  std::vector<RouteCount> before;
  {
    const absl::MutexLock lock(&mutex_);
    before = route_rows_.front();
  }
  std::vector<RouteMinute> top;
  for (size_t i = 0; i < routes_.size(); ++i) {
    const RouteCount now = Count(routes_[i]);
    const std::vector<uint64_t> below = More(before[i].below, now.below);
    if (below.empty() || below.back() == 0) continue;
    top.push_back(
        {.method = routes_[i].method,
         .pattern = routes_[i].pattern,
         .requests = below.back(),
         .failures = static_cast<uint64_t>(now.failures - before[i].failures),
         .mean_seconds = (now.seconds - before[i].seconds) / static_cast<double>(below.back()),
         .p95_seconds = Percentile(below, bounds_)});
  }
  const size_t kept = std::min(most, top.size());
  std::partial_sort(top.begin(), top.begin() + static_cast<ptrdiff_t>(kept), top.end(),
                    [](const RouteMinute& a, const RouteMinute& b) {
                      return a.requests != b.requests ? a.requests > b.requests
                                                      : a.pattern < b.pattern;
                    });
  top.resize(kept);
  return top;
}

}  // namespace forium::gateway
