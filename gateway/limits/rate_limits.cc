// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/rate_limits.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <random>
#include <string>

#include "gateway/http/ascii.h"

namespace forium::gateway {
namespace {

uint64_t RandomSeed() {
  std::random_device device;
  return (static_cast<uint64_t>(device()) << 32) | device();
}

uint64_t Mix(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
  return value ^ (value >> 31);
}

// Whoever has an IPv6 address has a /64 of them.
uint64_t NumberOf(std::string_view address) {
  const std::string text(address);
  in6_addr six;
  if (text.find(':') != std::string::npos && inet_pton(AF_INET6, text.c_str(), &six) == 1) {
    uint64_t network;
    std::memcpy(&network, &six, sizeof(network));
    if (network == 0) {  // IPv4-mapped
      std::memcpy(&network, six.s6_addr + 8, sizeof(network));
    }
    return network;
  }
  in_addr four;
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) return four.s_addr;
  return std::hash<std::string>()(text);
}

bool IsTrusted(std::string_view address, const Config& config) {
  if (address.starts_with("127.") || address == "::1") return true;
  return std::find(config.trusted_proxies.begin(), config.trusted_proxies.end(), address) !=
         config.trusted_proxies.end();
}

bool IsAddress(std::string_view text) {
  unsigned char bytes[sizeof(in6_addr)];
  const std::string copy(text);
  return inet_pton(AF_INET, copy.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, copy.c_str(), bytes) == 1;
}

}  // namespace

RateLimits::RateLimits(const Config& config) : config_(config), seed_(RandomSeed()), sets_(kSets) {}

absl::Duration RateLimits::Take(std::string_view address, bool change, absl::Time now) {
  if (!config_.rate_limit) return absl::ZeroDuration();
  const double rate = change ? config_.write_rate_per_second : config_.rate_per_second;
  const double burst = change ? config_.write_rate_burst : config_.rate_burst;
  const uint64_t key = Mix(NumberOf(address) ^ seed_) * 2 + (change ? 1 : 0);
  const size_t index = (key >> 20) % kSets;
  const std::lock_guard lock(locks_[index % kLocks]);
  std::array<Bucket, kWays>& set = sets_[index];
  auto bucket =
      std::find_if(set.begin(), set.end(), [key](const Bucket& b) { return b.key == key; });
  if (bucket == set.end()) {
    bucket = std::min_element(set.begin(), set.end(),
                              [](const Bucket& a, const Bucket& b) { return a.used < b.used; });
    *bucket = Bucket{key, burst, now};
  }
  const double passed = std::max(0.0, absl::ToDoubleSeconds(now - bucket->used));
  bucket->tokens = std::min(burst, bucket->tokens + passed * rate);
  bucket->used = std::max(bucket->used, now);
  if (bucket->tokens < 1) return absl::Seconds((1 - bucket->tokens) / rate);
  bucket->tokens -= 1;
  return absl::ZeroDuration();
}

std::string_view ClientAddress(std::string_view peer, std::string_view forwarded_for,
                               const Config& config) {
  if (peer.starts_with("::ffff:")) peer.remove_prefix(7);
  std::string_view client = peer;
  while (!forwarded_for.empty() && IsTrusted(client, config)) {
    const size_t comma = forwarded_for.rfind(',');
    const std::string_view last =
        Trim(comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1));
    if (!IsAddress(last)) break;  // not written by a proxy that knows its work
    client = last;
    forwarded_for =
        comma == std::string_view::npos ? std::string_view() : forwarded_for.substr(0, comma);
  }
  return client;
}

bool IsTrustedPeer(std::string_view peer, const Config& config) {
  if (peer.starts_with("::ffff:")) peer.remove_prefix(7);
  return IsTrusted(peer, config);
}

}  // namespace forium::gateway
