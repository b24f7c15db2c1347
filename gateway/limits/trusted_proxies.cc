// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/trusted_proxies.h"

#include <utility>

#include "gateway/http/ascii.h"

namespace forium::gateway {

absl::StatusOr<TrustedProxies> TrustedProxies::Parse(const std::vector<std::string>& items) {
  auto networks = CidrSet::Parse(items);
  if (!networks.ok()) return networks.status();
  TrustedProxies proxies;
  proxies.networks_ = *std::move(networks);
  return proxies;
}

bool TrustedProxies::Trusts(const IpAddress& peer) const {
  return peer.is_loopback() || networks_.Contains(peer);
}

std::optional<TrustedProxies::Client> TrustedProxies::ClientBehind(
    std::string_view forwarded_for) const {
  std::optional<Client> client;
  while (!forwarded_for.empty()) {
    const size_t comma = forwarded_for.rfind(',');
    const std::string_view last =
        Trim(comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1));
    const std::optional<IpAddress> ip = ParseIp(last);
    if (!ip.has_value()) break;  // not written by a proxy that knows its work
    client = Client{last, *ip};
    if (comma == std::string_view::npos || !Trusts(*ip)) break;
    forwarded_for = forwarded_for.substr(0, comma);
  }
  return client;
}

}  // namespace forium::gateway
