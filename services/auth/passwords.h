// SPDX-License-Identifier: Apache-2.0
// Password hashes: Argon2id in its usual encoding ($argon2id$v=19$m=…,t=…,p=…$salt$hash). Each hash
// takes 19 MiB and some tens of milliseconds, so only a few are made at once and only a few callers
// wait. Thread-safe; blocks.
#pragma once

#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "services/auth/config.h"

namespace forium::auth {

class Passwords {
 public:
  static constexpr int kMinCharacters = 10;
  static constexpr int kMaxCharacters = 256;

  explicit Passwords(PasswordOptions options);

  // Whether a password may be chosen: its length, and that it is not one of `names` (username,
  // address). Errors: INVALID_FIELD on `field`.
  static absl::Status Check(std::string_view password, std::string_view field,
                            std::initializer_list<std::string_view> names);

  // The encoded hash. Errors: TOO_MANY_REQUESTS when too many wait already.
  absl::StatusOr<std::string> Hash(std::string_view password);
  // Whether the password fits. An empty `encoded` (there is no such account) takes as long and
  // never fits.
  absl::StatusOr<bool> Verify(std::string_view password, std::string_view encoded);
  // Whether a hash was made with other parameters than today's.
  bool IsOutdated(std::string_view encoded) const;

 private:
  class Turn;
  const PasswordOptions options_;
  const std::string nobody_;  // a hash of nothing, for accounts that are not there

  absl::Mutex mutex_;
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  int waiting_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace forium::auth
