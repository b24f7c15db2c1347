// SPDX-License-Identifier: Apache-2.0
// Settings of what keeps the gateway alive under too many requests, with their defaults. The rates
// of reads and changes (rate_per_second, …) stand in gateway/config.h.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/base/config/config.h"

namespace forium::gateway {

struct LimitsConfig {
  // Networks, addresses, or `@file` with one a line. `allow` wins over `deny` and over all rates.
  std::vector<std::string> allow;
  std::vector<std::string> deny;
  // Load balancers that write a PROXY header (version 1 or 2) before all else, and must.
  std::vector<std::string> proxy_protocol;

  // Reads by the API, beside those of pages.
  int api_rate_per_second = 50;
  int api_rate_burst = 400;
  int search_rate_per_second = 5;
  int search_rate_burst = 60;
  int static_rate_per_second = 300;
  int static_rate_burst = 3000;
  // Signing in and up, links by mail: each costs a password hash or a mail.
  int login_rate_per_minute = 60;
  int login_rate_burst = 60;
  // Signed-in users have rates of their own; those of one address together get this many times
  // them. Enough for a campus behind one address, too little for a farm of accounts.
  int members_per_address = 20;

  // Requests worked on at once: the limit follows measured latency between these. 0: no limit.
  int max_concurrency = 512;
  int min_concurrency = 8;
  // Requests that may wait for a place, and how long. While a queue stands they wait a tenth of it.
  int queue_length = 1024;
  absl::Duration queue_timeout = absl::Milliseconds(500);

  // Guests' browsers must solve a puzzle first: off, attack (while shedding persists), always.
  std::string challenge = "off";
  // Leading zero bits: each doubles the work. 18 takes a desktop a fifth of a second, a phone two.
  int challenge_difficulty = 18;
  // Signs puzzles and passes; the same on all gateways of a community. Empty: one of the process.
  std::string challenge_secret;
};

// Declares the settings above; `config` must outlive `settings.Parse`.
void Register(LimitsConfig& config, config::Settings& settings);

// What Register cannot see: numbers out of range, unknown words. The lists are checked where they
// are read (AddressLists, CidrSet).
absl::Status Check(const LimitsConfig& config);

}  // namespace forium::gateway
