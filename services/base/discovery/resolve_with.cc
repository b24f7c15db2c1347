// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "services/base/discovery/registration.h"
#include "services/base/discovery/service_follower.h"

namespace forium::discovery {

void ResolveWith(const std::vector<std::string>& control_planes, const std::string& zone,
                 const rpc::Security& security) {
  if (control_planes.empty()) return;
  rpc::ResolveServicesBy([planes = ControlPlanes{control_planes, zone, security}](
                             const std::string& service, rpc::OnBackends told) {
    return std::make_unique<ServiceFollower>(planes, service, std::move(told));
  });
}

}  // namespace forium::discovery
