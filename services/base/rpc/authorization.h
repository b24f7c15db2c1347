// SPDX-License-Identifier: Apache-2.0
// What a method asks of its caller, decided before the handler runs.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "proto/forium/type/v1/options.pb.h"
#include "proto/forium/type/v1/principal.pb.h"

namespace forium::rpc {

// Whether a verified principal may make a call. PREAUTH is always allowed.
absl::Status Authorize(type::v1::Permission permission, const type::v1::Principal& principal);

// Whether a tenant's name is one: letters, digits, `-` and `_`, at most 64. It becomes a folder's
// name.
bool IsTenantName(std::string_view tenant);

}  // namespace forium::rpc
