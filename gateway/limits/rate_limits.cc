// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/rate_limits.h"

#include <algorithm>
#include <functional>
#include <random>
#include <string>

#include "services/base/observe/metrics.h"

namespace forium::gateway {
namespace {

// Kinds of takers, so that no number of one is another's.
enum class Kind : uint64_t { kAddress = 1, kClaims = 2, kMembersOfAddress = 3, kUser = 4 };

uint64_t RandomSeed() {
  std::random_device device;
  return (static_cast<uint64_t>(device()) << 32) | device();
}

uint64_t Mix(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
  return value ^ (value >> 31);
}

std::array<prometheus::Counter*, kRouteClasses> Counters() {
  std::array<prometheus::Counter*, kRouteClasses> counters;
  for (int i = 0; i < kRouteClasses; ++i) {
    const std::string name(RouteClassName(static_cast<RouteClass>(i)));
    counters[static_cast<size_t>(i)] = &observe::Counter(
        "forium_gateway_requests_limited_total", "Requests over the limit.", {{"class", name}});
  }
  return counters;
}

}  // namespace

RateLimits::RateLimits(const Config& config, const LimitsConfig& limits)
    : config_(config),
      rates_([&] {
        const auto rate = [](double per_second, double burst) {
          return Rate{std::max(per_second, 1e-3), std::max(burst, 1.0)};
        };
        std::array<Rate, kRouteClasses> rates;
        const auto set = [&rates](RouteClass of, Rate to) { rates[static_cast<size_t>(of)] = to; };
        set(RouteClass::kPage, rate(config.rate_per_second, config.rate_burst));
        set(RouteClass::kApiRead, rate(limits.api_rate_per_second, limits.api_rate_burst));
        set(RouteClass::kWrite, rate(config.write_rate_per_second, config.write_rate_burst));
        set(RouteClass::kExpensive,
            rate(limits.login_rate_per_minute / 60.0, limits.login_rate_burst));
        set(RouteClass::kSearch, rate(limits.search_rate_per_second, limits.search_rate_burst));
        set(RouteClass::kStatic, rate(limits.static_rate_per_second, limits.static_rate_burst));
        return rates;
      }()),
      members_per_address_(std::max(1, limits.members_per_address)),
      seed_(RandomSeed()),
      limited_(Counters()),
      sets_(kSets) {}

absl::Duration RateLimits::Take(const Taker& taker, RouteClass route_class, absl::Time now) {
  if (!config_.rate_limit) return absl::ZeroDuration();
  const auto index = static_cast<size_t>(route_class);
  const Rate& rate = rates_[index];
  const auto subject = [this](Kind kind, uint64_t number) {
    return Mix(number ^ seed_) + static_cast<uint64_t>(kind);
  };
  absl::Duration wait;
  if (taker.user_id == 0) {
    wait = TakeFrom(subject(taker.claims ? Kind::kClaims : Kind::kAddress, taker.network),
                    route_class, rate, now);
  } else {
    const uint64_t tenant = std::hash<std::string_view>()(taker.tenant);
    wait = TakeFrom(subject(Kind::kUser, Mix(tenant) + static_cast<uint64_t>(taker.user_id)),
                    route_class, rate, now);
    if (wait == absl::ZeroDuration()) {
      const Rate together{rate.per_second * members_per_address_,
                          rate.burst * members_per_address_};
      wait = TakeFrom(subject(Kind::kMembersOfAddress, taker.network), route_class, together, now);
    }
  }
  if (wait > absl::ZeroDuration()) limited_[index]->Increment();
  return wait;
}

absl::Duration RateLimits::TakeFrom(uint64_t subject, RouteClass route_class, const Rate& rate,
                                    absl::Time now) {
  const uint64_t key = Mix(subject + (static_cast<uint64_t>(route_class) << 32)) | 1;  // 0 is free
  const int64_t nanoseconds = absl::ToUnixNanos(now);
  const size_t index = (key >> 20) % kSets;
  const std::lock_guard lock(locks_[index % kLocks]);
  std::array<Bucket, kWays>& set = sets_[index];
  auto bucket =
      std::find_if(set.begin(), set.end(), [key](const Bucket& b) { return b.key == key; });
  if (bucket == set.end()) {
    bucket = std::min_element(set.begin(), set.end(),
                              [](const Bucket& a, const Bucket& b) { return a.used < b.used; });
    *bucket = Bucket{key, rate.burst, nanoseconds};
  }
  const double passed =
      static_cast<double>(std::max<int64_t>(0, nanoseconds - bucket->used)) * 1e-9;
  bucket->tokens = std::min(rate.burst, bucket->tokens + passed * rate.per_second);
  bucket->used = std::max(bucket->used, nanoseconds);
  // What was refilled in steps may lack the last bit of a token.
  constexpr double kOne = 1 - 1e-9;
  if (bucket->tokens < kOne) return absl::Seconds((1 - bucket->tokens) / rate.per_second);
  bucket->tokens = std::max(0.0, bucket->tokens - 1);
  return absl::ZeroDuration();
}

}  // namespace forium::gateway
