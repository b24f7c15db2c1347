// SPDX-License-Identifier: Apache-2.0
// Where servers are: `10.1.2.3:9102`, `[fd00::3]:9102`, `forum:9102`, `unix:/run/forium/forum`.
#pragma once

#include <sys/socket.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace forium::rpc {

// One address of a socket.
struct Address {
  sockaddr_storage bytes = {};
  socklen_t size = 0;
  std::string text;  // as above, an IP address in it

  int family() const { return bytes.ss_family; }
  bool operator==(const Address& other) const { return text == other.text; }
};

// The addresses of a name, at least one, sorted. Blocks while a name is looked up. Errors:
// InvalidArgument (no port), Unavailable (nobody knows the name).
absl::StatusOr<std::vector<Address>> Lookup(const std::string& target);

// `forum` of `forum:9102`, without brackets.
std::string HostOf(const std::string& target);

}  // namespace forium::rpc
