// SPDX-License-Identifier: Apache-2.0
// Whom a request comes from when proxies stand in between: X-Forwarded-For is believed as far as
// loopback and `trusted_proxies` (addresses or networks) wrote it. Immutable, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/limits/cidr.h"

namespace forium::gateway {

class TrustedProxies {
 public:
  TrustedProxies() = default;  // loopback only
  static absl::StatusOr<TrustedProxies> Parse(const std::vector<std::string>& items);

  // Whether what the peer says of others is believed.
  bool Trusts(const IpAddress& peer) const;

  struct Client {
    std::string_view address;  // as it was told
    IpAddress ip;
  };
  // Of a trusted peer: the last foreign address of X-Forwarded-For, or the first if none is.
  // Nothing: the peer speaks for itself.
  std::optional<Client> ClientBehind(std::string_view forwarded_for) const;

 private:
  CidrSet networks_;
};

}  // namespace forium::gateway
