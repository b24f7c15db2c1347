// SPDX-License-Identifier: Apache-2.0
// Settings of the other sites that are served beside the community, with their defaults.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/base/config/config.h"

namespace forium::gateway {

struct SitesConfig {
  // `HOST=/folder`, or `HOST=http://127.0.0.1:3000` with more upstreams after `|`; `*.example.org`
  // stands for all names below it.
  std::vector<std::string> sites;
  // What an upstream is asked for to know that it is well; any answer below 500 will do. Empty: it
  // is not asked.
  std::string site_health_path = "/";
  absl::Duration site_health_interval = absl::Seconds(5);
  // Until an upstream begins to answer.
  absl::Duration site_timeout = absl::Seconds(60);
  // Bound of a request's body to a site.
  int64_t site_max_body_bytes = 32 << 20;
};

// Declares the settings above; `config` must outlive `settings.Parse`.
void Register(SitesConfig& config, config::Settings& settings);

}  // namespace forium::gateway
