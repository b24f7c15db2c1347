// SPDX-License-Identifier: Apache-2.0
// Where the servers of a target are, now and when that changes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/base/rpc/wire/address.h"

namespace forium::rpc {

struct Backend {
  Address address;
  // Share of the calls, against others of the same priority.
  uint32_t weight = 1;
  // Others than those of the lowest number are called only when none of them can be reached.
  int priority = 0;
};

// Told on any thread, also before the resolver is made, with all there are; none: nobody serves.
using OnBackends = std::function<void(std::vector<Backend>)>;

class Resolver {
 public:
  // What has to be resolved is no longer told when this returns.
  virtual ~Resolver() = default;
  // A server could not be reached: what was told may be old.
  virtual void Doubt() {}
};

// `10.0.0.1:9102,10.0.0.2:9102`, `forum:9102`, `dns:///forum:9102`, `unix:/path`. Names are looked
// up again every ten seconds, and a second after a doubt.
std::unique_ptr<Resolver> ResolveNames(const std::string& target, OnBackends told);

// Resolves `xds:///<service>`; given by discovery, once a process and before the first call.
using ServiceResolver =
    std::function<std::unique_ptr<Resolver>(const std::string& service, OnBackends told)>;
void ResolveServicesBy(ServiceResolver resolver);

// Either, by the target.
std::unique_ptr<Resolver> Resolve(const std::string& target, OnBackends told);
// What the certificates of a target's servers have to be for; empty: for their addresses.
std::string CertifiedName(const std::string& target);

}  // namespace forium::rpc
