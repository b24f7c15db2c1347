// SPDX-License-Identifier: Apache-2.0
// Names and addresses of hosts.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace forium::discovery {

// All addresses of a `host:port`, as `10.1.2.3:9100` or `[fd00::3]:9100`, sorted. Blocks.
absl::StatusOr<std::vector<std::string>> Lookup(const std::string& host_and_port);

// The address, without port, that this host has on the way to `peer`, one of Lookup's.
absl::StatusOr<std::string> OwnAddressTowards(const std::string& peer);

// Brackets around an IPv6 address.
std::string WithPort(const std::string& address, int port);

}  // namespace forium::discovery
