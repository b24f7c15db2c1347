// SPDX-License-Identifier: Apache-2.0
// The way into a new community: the one-time address of the page that makes its administrator.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/base/rpc/channel.h"

namespace forium::auth {

// `<base>/setup/<token>`, or nothing once an administrator exists. `system` are the options of a
// call by the system itself.
absl::StatusOr<std::string> SetupAddress(rpc::Channel& channel, const rpc::CallOptions& system,
                                         const std::string& base);

}  // namespace forium::auth
