// SPDX-License-Identifier: Apache-2.0
// Whom a request comes from when proxies stand in between: X-Forwarded-For is believed as far as
// loopback and `trusted_proxies` (addresses or networks) wrote it. Immutable, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/config.h"
#include "gateway/limits/cidr.h"

namespace forium::gateway {

class TrustedProxies {
 public:
  TrustedProxies() = default;  // loopback only
  static absl::StatusOr<TrustedProxies> Parse(const std::vector<std::string>& items);

  // Whether what the peer says of others is believed.
  bool Trusts(std::string_view peer) const;
  // The client's address: the peer's, or behind trusted ones the last foreign one of
  // X-Forwarded-For.
  std::string_view ClientAddress(std::string_view peer, std::string_view forwarded_for) const;

 private:
  CidrSet networks_;
};

// The same for a list that is parsed each time; a list with a mistake trusts loopback only.
std::string_view ClientAddress(std::string_view peer, std::string_view forwarded_for,
                               const Config& config);
bool IsTrustedPeer(std::string_view peer, const Config& config);

}  // namespace forium::gateway
