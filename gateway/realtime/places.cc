// SPDX-License-Identifier: Apache-2.0
#include "gateway/realtime/places.h"

#include <arpa/inet.h>

namespace forium::gateway {
namespace {

constexpr size_t kNetworkBytes = 8;

std::string NetworkOf(std::string_view address) {
  const std::string text(address);
  in6_addr parsed;
  if (text.find(':') == std::string::npos || inet_pton(AF_INET6, text.c_str(), &parsed) != 1)
    return text;
  return std::string(reinterpret_cast<const char*>(&parsed), kNetworkBytes);
}

}  // namespace

Places::Place Places::Take(std::string_view address) {
  std::string network = NetworkOf(address);
  {
    const std::lock_guard lock(mutex_);
    if (taken_ >= config_.realtime_connections) return nullptr;
    int& count = networks_[network];
    if (count >= config_.realtime_per_address) return nullptr;
    ++count;
    ++taken_;
  }
  // Points at something: one that points nowhere means that there is no place.
  return Place(this, [places = shared_from_this(), network = std::move(network)](void*) {
    places->Free(network);
  });
}

void Places::Free(const std::string& network) {
  const std::lock_guard lock(mutex_);
  --taken_;
  const auto found = networks_.find(network);
  if (found != networks_.end() && --found->second == 0) networks_.erase(found);
}

}  // namespace forium::gateway
