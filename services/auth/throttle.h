// SPDX-License-Identifier: Apache-2.0
// Limits on guessing passwords and on mass registration: token buckets per account and per address,
// in bounded memory. An attempt takes its tokens before the password is looked at, so that guesses
// in parallel count too, and gets them back when it was right. Thread-safe.
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/auth/config.h"

namespace forium::auth {

class Throttle {
 public:
  // Once a bucket is empty, each further attempt doubles the wait, up to this.
  static constexpr absl::Duration kLongestWait = absl::Minutes(15);

  explicit Throttle(ThrottleOptions options, Clock clock = absl::Now);

  // Who tries: the account as it was named (not as it was found, which would tell whether two
  // logins are one account) and the outside address, which may be empty.
  struct Attempt {
    std::string_view tenant;
    std::string_view account;
    std::string_view address;
  };
  // Errors: TOO_MANY_REQUESTS with the seconds to wait.
  absl::Status AdmitPassword(const Attempt& attempt);
  // The password was right, or was never compared.
  void ForgivePassword(const Attempt& attempt);

  absl::Status AdmitRegistration(std::string_view tenant, std::string_view address);
  void ForgiveRegistration(std::string_view tenant, std::string_view address);

  // An IPv6 address stands for its /64, which one customer usually has.
  static std::string NetworkOf(std::string_view address);

 private:
  struct Bucket {
    std::string key;
    double tokens = 0;
    int refusals = 0;
    absl::Time refilled;
    absl::Time closed_until = absl::InfinitePast();
  };
  struct Limit {
    double tokens;
    absl::Duration window;
  };

  absl::Status Take(const std::string& key, const Limit& limit)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void GiveBack(const std::string& key, const Limit& limit) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Bucket& Find(const std::string& key, const Limit& limit) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const ThrottleOptions options_;
  const Clock clock_;
  const Limit per_account_;
  const Limit per_address_;
  const Limit per_registration_;

  absl::Mutex mutex_;
  // Last used first.
  std::list<Bucket> buckets_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, std::list<Bucket>::iterator> by_key_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace forium::auth
