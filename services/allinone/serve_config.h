// SPDX-License-Identifier: Apache-2.0
// Settings of `forium serve`: those of each part, declared by the part.
#pragma once

#include <string>

#include "gateway/config.h"
#include "services/allinone/community.h"
#include "services/base/config/config.h"
#include "services/base/process/process.h"

namespace forium::allinone {

struct ServeConfig {
  // The data directory; made when missing.
  std::string data = "data";
  process::Config process;
  gateway::Config gateway;
  CommunityConfig community;
};

void AddSettings(ServeConfig& config, config::Settings& settings);

}  // namespace forium::allinone
