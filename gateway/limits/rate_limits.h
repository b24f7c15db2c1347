// SPDX-License-Identifier: Apache-2.0
// Requests of an address: a token bucket each for reads and for changes, in a table of fixed size.
// When a set of the table is full the bucket that was used longest ago makes room, so that no
// number of addresses costs more memory. Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "gateway/config.h"

namespace forium::gateway {

class RateLimits {
 public:
  explicit RateLimits(const Config& config);

  // Takes one request from the address's bucket. Zero: go on; else how long to wait.
  absl::Duration Take(std::string_view address, bool change, absl::Time now);

 private:
  struct Bucket {
    uint64_t key = 0;
    double tokens = 0;
    absl::Time used = absl::InfinitePast();
  };
  static constexpr size_t kWays = 8;
  static constexpr size_t kSets = 4096;  // times 8 buckets of 40 bytes: 1.3 MB
  static constexpr size_t kLocks = 64;

  const Config& config_;
  const uint64_t seed_;
  std::vector<std::array<Bucket, kWays>> sets_;
  std::array<std::mutex, kLocks> locks_;
};

// The client's address: the peer's, or behind loopback and trusted proxies the last foreign one of
// X-Forwarded-For.
std::string_view ClientAddress(std::string_view peer, std::string_view forwarded_for,
                               const Config& config);

// Whether what the peer says of others is believed.
bool IsTrustedPeer(std::string_view peer, const Config& config);

}  // namespace forium::gateway
