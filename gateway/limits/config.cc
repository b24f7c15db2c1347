// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/config.h"

#include <utility>

namespace forium::gateway {

void Register(LimitsConfig& config, config::Settings& settings) {
  settings.Add("allow", &config.allow,
               "networks without limits, also when denied; @file: one a line");
  settings.Add("deny", &config.deny, "networks that are refused; @file: one a line");
  settings.Add("proxy_protocol", &config.proxy_protocol,
               "networks of load balancers that write a PROXY header");
  settings.Add("api_rate_per_second", &config.api_rate_per_second,
               "API reads of one user or address in the long run");
  settings.Add("api_rate_burst", &config.api_rate_burst,
               "API reads of one user or address at once");
  settings.Add("search_rate_per_second", &config.search_rate_per_second,
               "searches of one user or address in the long run");
  settings.Add("search_rate_burst", &config.search_rate_burst,
               "searches of one user or address at once");
  settings.Add("static_rate_per_second", &config.static_rate_per_second,
               "files of one user or address in the long run");
  settings.Add("static_rate_burst", &config.static_rate_burst,
               "files of one user or address at once");
  settings.Add("login_rate_per_minute", &config.login_rate_per_minute,
               "sign-ins and sign-ups of one address in the long run");
  settings.Add("login_rate_burst", &config.login_rate_burst,
               "sign-ins and sign-ups of one address at once");
  settings.Add("members_per_address", &config.members_per_address,
               "signed-in users of one address together get so many times one's rates");
  settings.Add("max_concurrency", &config.max_concurrency,
               "most requests worked on at once, 0: no limit");
  settings.Add("min_concurrency", &config.min_concurrency,
               "requests worked on at once even when they are slow");
  settings.Add("queue_length", &config.queue_length, "requests that may wait for a place");
  settings.Add("queue_timeout", &config.queue_timeout, "longest wait for a place");
  settings.Add("challenge", &config.challenge,
               "guests' browsers solve a puzzle first: off, attack or always");
  settings.Add("challenge_difficulty", &config.challenge_difficulty,
               "leading zero bits of the puzzle");
  settings.AddSecret("challenge_secret", &config.challenge_secret,
                     "signs puzzles, the same on all gateways; empty: made at start");
}

absl::Status Check(const LimitsConfig& config) {
  const std::pair<const char*, int> positive[] = {
      {"api_rate_per_second", config.api_rate_per_second},
      {"api_rate_burst", config.api_rate_burst},
      {"search_rate_per_second", config.search_rate_per_second},
      {"search_rate_burst", config.search_rate_burst},
      {"static_rate_per_second", config.static_rate_per_second},
      {"static_rate_burst", config.static_rate_burst},
      {"login_rate_per_minute", config.login_rate_per_minute},
      {"login_rate_burst", config.login_rate_burst},
      {"members_per_address", config.members_per_address},
      {"min_concurrency", config.min_concurrency},
      {"queue_length", config.queue_length},
  };
  for (const auto& [name, value] : positive) {
    if (value < 1) return absl::InvalidArgumentError(std::string(name) + " must be at least 1");
  }
  if (config.max_concurrency != 0 && config.max_concurrency < config.min_concurrency) {
    return absl::InvalidArgumentError("max_concurrency must be 0 or at least min_concurrency");
  }
  if (config.queue_timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("queue_timeout must be longer than nothing");
  }
  if (config.challenge != "off" && config.challenge != "attack" && config.challenge != "always") {
    return absl::InvalidArgumentError("challenge must be off, attack or always");
  }
  if (config.challenge_difficulty < 1 || config.challenge_difficulty > 28) {
    return absl::InvalidArgumentError("challenge_difficulty must be from 1 to 28");
  }
  return absl::OkStatus();
}

}  // namespace forium::gateway
