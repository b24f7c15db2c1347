// SPDX-License-Identifier: Apache-2.0
#include "services/auth/throttle.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "absl/strings/escaping.h"
#include "services/auth/tokens.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::auth {
namespace {

absl::Status TooMany(absl::Duration wait) {
  status::ErrorDetail detail;
  detail.set_reason(type::v1::TOO_MANY_REQUESTS);
  detail.set_retry_after(static_cast<int>(std::ceil(absl::ToDoubleSeconds(wait))));
  return status::Error(absl::StatusCode::kResourceExhausted, detail,
                       "Too many attempts. Wait a moment before you try again.");
}

std::string Key(char kind, std::string_view tenant, std::string_view who) {
  std::string key(1, kind);
  key.append(tenant).push_back('\n');
  // Logins may be long: their hash is not.
  return key.append(who.size() > 64 ? HashOf(who) : std::string(who));
}

}  // namespace

Throttle::Throttle(ThrottleOptions options, Clock clock)
    : options_(options),
      clock_(std::move(clock)),
      per_account_{static_cast<double>(options.failures_per_account), options.window},
      per_address_{static_cast<double>(options.failures_per_address), options.window},
      per_registration_{static_cast<double>(options.registrations_per_address), absl::Hours(1)} {}

absl::Status Throttle::AdmitPassword(const Attempt& attempt) {
  if (!options_.enabled) return absl::OkStatus();
  const std::string network = NetworkOf(attempt.address);
  absl::MutexLock lock(&mutex_);
  const std::string by_address = Key('a', attempt.tenant, network);
  if (!network.empty()) RETURN_IF_ERROR(Take(by_address, per_address_));
  absl::Status taken = Take(Key('u', attempt.tenant, attempt.account), per_account_);
  if (!taken.ok() && !network.empty()) GiveBack(by_address, per_address_);
  return taken;
}

void Throttle::ForgivePassword(const Attempt& attempt) {
  if (!options_.enabled) return;
  const std::string network = NetworkOf(attempt.address);
  absl::MutexLock lock(&mutex_);
  GiveBack(Key('u', attempt.tenant, attempt.account), per_account_);
  if (!network.empty()) GiveBack(Key('a', attempt.tenant, network), per_address_);
}

absl::Status Throttle::AdmitRegistration(std::string_view tenant, std::string_view address) {
  const std::string network = NetworkOf(address);
  if (!options_.enabled || network.empty()) return absl::OkStatus();
  absl::MutexLock lock(&mutex_);
  return Take(Key('r', tenant, network), per_registration_);
}

void Throttle::ForgiveRegistration(std::string_view tenant, std::string_view address) {
  const std::string network = NetworkOf(address);
  if (!options_.enabled || network.empty()) return;
  absl::MutexLock lock(&mutex_);
  GiveBack(Key('r', tenant, network), per_registration_);
}

absl::Status Throttle::Take(const std::string& key, const Limit& limit) {
  Bucket& bucket = Find(key, limit);
  const absl::Time now = clock_();
  if (bucket.closed_until > now) return TooMany(bucket.closed_until - now);
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return absl::OkStatus();
  }
  // Empty: closed until there is a token again, and twice as long each time that it was not enough.
  const absl::Duration wait =
      limit.window / limit.tokens * std::exp2(std::min(bucket.refusals, 10));
  ++bucket.refusals;
  bucket.closed_until = now + std::min(wait, kLongestWait);
  return TooMany(bucket.closed_until - now);
}

void Throttle::GiveBack(const std::string& key, const Limit& limit) {
  Bucket& bucket = Find(key, limit);
  bucket.tokens = std::min(bucket.tokens + 1, limit.tokens);
}

Throttle::Bucket& Throttle::Find(const std::string& key, const Limit& limit) {
  const absl::Time now = clock_();
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    if (buckets_.size() >= static_cast<size_t>(std::max(options_.buckets, 1))) {
      by_key_.erase(buckets_.back().key);
      buckets_.pop_back();
    }
    buckets_.push_front({.key = key, .tokens = limit.tokens, .refusals = 0, .refilled = now});
    by_key_[key] = buckets_.begin();
    return buckets_.front();
  }
  buckets_.splice(buckets_.begin(), buckets_, found->second);
  Bucket& bucket = buckets_.front();
  bucket.tokens += absl::FDivDuration(now - bucket.refilled, limit.window) * limit.tokens;
  bucket.refilled = now;
  if (bucket.tokens >= limit.tokens) {
    bucket.tokens = limit.tokens;
    bucket.refusals = 0;
  }
  return bucket;
}

std::string Throttle::NetworkOf(std::string_view address) {
  const std::string text(address);
  std::array<unsigned char, 16> bytes;
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
  const auto at = [&](size_t from, size_t size) {
    return absl::string_view(reinterpret_cast<const char*>(bytes.data()) + from, size);
  };
  constexpr absl::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  if (at(0, 12) == kMapped) {
    std::array<char, INET_ADDRSTRLEN> v4;
    return inet_ntop(AF_INET, bytes.data() + 12, v4.data(), v4.size());
  }
  return absl::BytesToHexString(at(0, 8)) + "/64";
}

}  // namespace forium::auth
