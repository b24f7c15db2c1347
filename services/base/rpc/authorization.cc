// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/authorization.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "services/base/status/status.h"

namespace forium::rpc {
namespace {

absl::Status NeedsRole(type::v1::Role role, std::string_view refusal,
                       const type::v1::Principal& principal) {
  if (principal.system()) return absl::OkStatus();
  if (principal.user_id() == 0) {
    return status::Error(absl::StatusCode::kUnauthenticated, type::v1::SIGN_IN_REQUIRED,
                         "Sign in to do this.");
  }
  if (principal.suspended()) {
    return status::Error(absl::StatusCode::kPermissionDenied, type::v1::SUSPENDED,
                         "Your account is suspended; you can read, but not do this.");
  }
  if (principal.role() < role) return status::PermissionDenied(refusal);
  return absl::OkStatus();
}

}  // namespace

absl::Status Authorize(type::v1::Permission permission, const type::v1::Principal& principal) {
  switch (permission) {
    case type::v1::PREAUTH:
    case type::v1::READ:
      return absl::OkStatus();
    case type::v1::MEMBER:
      return NeedsRole(type::v1::MEMBER_ROLE, "Only members may do this.", principal);
    case type::v1::MODERATOR:
      return NeedsRole(type::v1::MODERATOR_ROLE, "Only moderators may do this.", principal);
    case type::v1::ADMIN:
      return NeedsRole(type::v1::ADMIN_ROLE, "Only administrators may do this.", principal);
    case type::v1::SYSTEM:
      if (principal.system()) return absl::OkStatus();
      return status::PermissionDenied("Only the system itself may do this.");
    default:  // unspecified, or from a newer proto: no
      return status::PermissionDenied("Nobody may do this.");
  }
}

bool IsTenantName(std::string_view tenant) {
  return !tenant.empty() && tenant.size() <= 64 &&
         std::all_of(tenant.begin(), tenant.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_';
         });
}

}  // namespace forium::rpc
