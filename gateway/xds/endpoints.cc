// SPDX-License-Identifier: Apache-2.0
#include "gateway/xds/endpoints.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/base/observe/log.h"
#include "services/base/observe/metrics.h"
#include "services/base/status/macros.h"

namespace forium::gateway {
namespace {

// The sum over a service stays far below 2^32, where gRPC refuses it.
constexpr uint32_t kGreatestWeight = 1'000'000;

bool IsIpAddress(const std::string& text) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, text.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

// One endpoint that gRPC cannot read would make clients refuse all of them.
absl::StatusOr<Endpoint> EndpointOf(const discovery::v1::Registration& registration) {
  const std::string& address = registration.address();
  Endpoint endpoint;
  const size_t colon = address.rfind(':');
  if (colon != std::string::npos) {
    endpoint.address = address.substr(0, colon);
    if (endpoint.address.size() > 2 && endpoint.address.front() == '[' &&
        endpoint.address.back() == ']') {
      endpoint.address = endpoint.address.substr(1, endpoint.address.size() - 2);
    }
    if (!absl::SimpleAtoi(address.substr(colon + 1), &endpoint.port)) endpoint.port = 0;
  }
  if (!IsIpAddress(endpoint.address) || endpoint.port < 1 || endpoint.port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", address, "' is no IP address with a port, like 10.1.2.3:9102"));
  }
  if (registration.weight() < 1 || registration.weight() > kGreatestWeight) {
    return absl::InvalidArgumentError(absl::StrCat("a weight is from 1 to ", kGreatestWeight));
  }
  endpoint.zone = registration.zone();
  endpoint.weight = registration.weight();
  return endpoint;
}

void Count(const Snapshot& snapshot) {
  observe::Gauge("forium_xds_snapshot_version", "Version of the endpoints that clients are told.")
      .Set(static_cast<double>(snapshot.version));
  for (const auto& [service, endpoints] : snapshot.services) {
    observe::Gauge("forium_xds_endpoints", "Healthy processes of a service.",
                   {{"service", service}})
        .Set(static_cast<double>(endpoints.size()));
  }
}

}  // namespace

bool IsServiceName(const std::string& name) {
  return !name.empty() && name.size() <= 63 && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
  });
}

Endpoints::Endpoints(const std::vector<std::string>& services, absl::Duration grace)
    : grace_(grace) {
  auto first = std::make_shared<Snapshot>();
  for (const std::string& service : services) first->services[service];
  Count(*first);
  snapshot_ = std::move(first);
}

absl::StatusOr<uint64_t> Endpoints::Put(uint64_t stream,
                                        const discovery::v1::Registration& registration) {
  if (!IsServiceName(registration.service())) {
    return absl::InvalidArgumentError("a service's name is of lower case letters, digits and -");
  }
  ASSIGN_OR_RETURN(Endpoint endpoint, EndpointOf(registration));
  absl::MutexLock lock(&mutex_);
  // What the same process said before, perhaps on another stream or of another address.
  for (auto it = registered_.begin(); it != registered_.end();) {
    const bool same =
        it->first.first == registration.service() && it->second.instance == registration.instance();
    it = same ? registered_.erase(it) : std::next(it);
  }
  // A process that started anew at an address takes the place of the one before.
  registered_[{registration.service(), registration.address()}] = {
      .stream = stream,
      .instance = registration.instance(),
      .endpoint = std::move(endpoint),
      .healthy = registration.healthy()};
  Publish();
  return snapshot_->version;
}

void Endpoints::Leave(uint64_t stream) {
  absl::MutexLock lock(&mutex_);
  for (auto it = registered_.begin(); it != registered_.end();) {
    it = it->second.stream == stream ? registered_.erase(it) : std::next(it);
  }
  Publish();
}

void Endpoints::Break(uint64_t stream) {
  absl::MutexLock lock(&mutex_);
  for (auto& [key, registered] : registered_) {
    if (registered.stream != stream) continue;
    registered.until = absl::Now() + grace_;
    observe::Log(observe::Level::kWarning, "registration lost",
                 {{"service", key.first}, {"address", key.second}});
  }
  work_.SignalAll();
}

void Endpoints::Forget(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  for (auto it = registered_.begin(); it != registered_.end();) {
    if (it->second.until > now) {
      ++it;
      continue;
    }
    observe::Log(observe::Level::kWarning, "endpoint forgotten",
                 {{"service", it->first.first}, {"address", it->first.second}});
    it = registered_.erase(it);
  }
  Publish();
}

bool Endpoints::AwaitWork(uint64_t version, absl::Time deadline) const {
  absl::MutexLock lock(&mutex_);
  while (!stopping_ && snapshot_->version == version) {
    const absl::Time until = std::min(deadline, EndOfNextGrace());
    if (absl::Now() >= until) return true;
    work_.WaitWithDeadline(&mutex_, until);
  }
  return !stopping_;
}

void Endpoints::Stop() {
  absl::MutexLock lock(&mutex_);
  stopping_ = true;
  work_.SignalAll();
}

std::shared_ptr<const Snapshot> Endpoints::snapshot() const {
  absl::MutexLock lock(&mutex_);
  return snapshot_;
}

void Endpoints::Publish() {
  auto next = std::make_shared<Snapshot>();
  for (const auto& [service, endpoints] : snapshot_->services) next->services[service];
  for (const auto& [key, registered] : registered_) {
    std::vector<Endpoint>& endpoints = next->services[key.first];
    if (registered.healthy) endpoints.push_back(registered.endpoint);
  }
  if (next->services == snapshot_->services) return;
  next->version = snapshot_->version + 1;
  Count(*next);
  snapshot_ = std::move(next);
  work_.SignalAll();
}

absl::Time Endpoints::EndOfNextGrace() const {
  absl::Time end = absl::InfiniteFuture();
  for (const auto& [key, registered] : registered_) end = std::min(end, registered.until);
  return end;
}

}  // namespace forium::gateway
