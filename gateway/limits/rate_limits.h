// SPDX-License-Identifier: Apache-2.0
// Requests of an address (IPv6: of its /64) or a user: a token bucket for each class of routes, in
// a table of fixed size. When a set of the table is full the bucket that was used longest ago makes
// room, so that no number of addresses costs more memory. Thread-safe; does not allocate.
// Metric: forium_gateway_requests_limited_total{class}.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "gateway/config.h"
#include "gateway/limits/config.h"
#include "gateway/limits/route_class.h"
#include "prometheus/counter.h"

namespace forium::gateway {

// Whose request it is. Many people share an address (carrier NAT, a campus), so whoever is known to
// be signed in answers for himself, and for his address only within `members_per_address`. A token
// that is not known yet counts in buckets of its own: neither can noisy guests lock out members of
// their address whose identity must be asked for, nor can invented tokens get round the limit.
struct Taker {
  uint64_t network = 0;  // of the address (IpAddress::Network)
  std::string_view tenant = {};
  int64_t user_id = 0;  // of a known identity; 0: a guest, or not known yet
  bool claims = false;  // sent a token that is not known yet
};

class RateLimits {
 public:
  // `config` is kept.
  explicit RateLimits(const Config& config, const LimitsConfig& limits = {});

  // Takes one request from the taker's buckets. Zero: go on; else how long to wait.
  absl::Duration Take(const Taker& taker, RouteClass route_class, absl::Time now);

 private:
  struct Rate {
    double per_second;
    double burst;
  };
  struct Bucket {
    uint64_t key = 0;
    double tokens = 0;
    int64_t used = 0;  // nanoseconds since 1970
  };
  static constexpr size_t kWays = 8;
  static constexpr size_t kSets = 8192;  // times 8 buckets of 24 bytes: 1.5 MB
  static constexpr size_t kLocks = 64;

  absl::Duration TakeFrom(uint64_t subject, RouteClass route_class, const Rate& rate,
                          absl::Time now);

  const Config& config_;
  const std::array<Rate, kRouteClasses> rates_;
  const double members_per_address_;
  const uint64_t seed_;
  const std::array<prometheus::Counter*, kRouteClasses> limited_;
  std::vector<std::array<Bucket, kWays>> sets_;
  std::array<std::mutex, kLocks> locks_;
};

}  // namespace forium::gateway
