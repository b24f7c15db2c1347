// SPDX-License-Identifier: Apache-2.0
// Settings of auth.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/time/time.h"
#include "services/base/config/config.h"

namespace forium::auth {

using Clock = std::function<absl::Time()>;

struct PasswordOptions {
  // Argon2id, as OWASP's Password Storage Cheat Sheet advises: 19 MiB, two passes, one lane.
  int memory_kib = 19 * 1024;
  int passes = 2;
  int lanes = 1;
  // Hashes at once, which bounds the memory, and callers that wait for their turn.
  int at_once = 2;
  int waiting = 16;
};

struct ThrottleOptions {
  // False: nothing is throttled (tests, measurements).
  bool enabled = true;
  // Wrong passwords in `window`.
  int failures_per_account = 10;
  int failures_per_address = 30;
  absl::Duration window = absl::Minutes(15);
  // New accounts an hour from one address.
  int registrations_per_address = 20;
  // Buckets kept; the one that was not used for the longest time goes first.
  int buckets = 100'000;
};

struct Config {
  // The outside address, for links.
  std::string public_url = "http://127.0.0.1:8080";
  // A session ends when it was not used for so long.
  absl::Duration session_lifetime = absl::Hours(24 * 30);
  absl::Duration invitation_lifetime = absl::Hours(24 * 7);
  absl::Duration reset_lifetime = absl::Hours(24);
  // With it other services of the suite get the system's principal; empty: none does.
  std::string service_secret;
  PasswordOptions passwords;
  ThrottleOptions throttle;
};

// Declares the settings that are auth's own; `public_url` and the switch for rate limits are the
// process's.
void AddSettings(config::Settings& settings, Config* config);

}  // namespace forium::auth
