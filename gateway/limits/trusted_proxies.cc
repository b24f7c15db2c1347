// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/trusted_proxies.h"

#include <utility>

#include "gateway/http/ascii.h"

namespace forium::gateway {
namespace {

std::string_view WithoutMapping(std::string_view peer) {
  if (peer.starts_with("::ffff:")) peer.remove_prefix(7);
  return peer;
}

TrustedProxies Of(const Config& config) {
  auto proxies = TrustedProxies::Parse(config.trusted_proxies);
  return proxies.ok() ? *std::move(proxies) : TrustedProxies();
}

}  // namespace

absl::StatusOr<TrustedProxies> TrustedProxies::Parse(const std::vector<std::string>& items) {
  auto networks = CidrSet::Parse(items);
  if (!networks.ok()) return networks.status();
  TrustedProxies proxies;
  proxies.networks_ = *std::move(networks);
  return proxies;
}

bool TrustedProxies::Trusts(std::string_view peer) const {
  const auto address = ParseIp(peer);
  return address.has_value() && (address->is_loopback() || networks_.Contains(*address));
}

std::string_view TrustedProxies::ClientAddress(std::string_view peer,
                                               std::string_view forwarded_for) const {
  std::string_view client = WithoutMapping(peer);
  while (!forwarded_for.empty() && Trusts(client)) {
    const size_t comma = forwarded_for.rfind(',');
    const std::string_view last =
        Trim(comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1));
    if (!ParseIp(last).has_value()) break;  // not written by a proxy that knows its work
    client = last;
    forwarded_for =
        comma == std::string_view::npos ? std::string_view() : forwarded_for.substr(0, comma);
  }
  return client;
}

std::string_view ClientAddress(std::string_view peer, std::string_view forwarded_for,
                               const Config& config) {
  return Of(config).ClientAddress(peer, forwarded_for);
}

bool IsTrustedPeer(std::string_view peer, const Config& config) { return Of(config).Trusts(peer); }

}  // namespace forium::gateway
