// SPDX-License-Identifier: Apache-2.0
// Settings of `forium serve`: those of each part, declared by the part.
#pragma once

#include <string>

#include "gateway/config.h"
#include "services/allinone/community.h"
#include "services/base/config/config.h"

namespace forium::allinone {

struct ServeConfig {
  // The data directory; made when missing.
  std::string data = "data";
  // Private port for /healthz, /readyz and /metrics; empty: none.
  std::string admin_listen;
  // `debug`, `info`, `warning` or `error`.
  std::string log_level = "info";
  gateway::Config gateway;
  CommunityConfig community;
};

void AddSettings(ServeConfig& config, config::Settings& settings);

}  // namespace forium::allinone
