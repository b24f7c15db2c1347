// SPDX-License-Identifier: Apache-2.0
#include "services/auth/actor.h"

#include "services/base/status/status.h"

namespace forium::auth {

absl::StatusOr<Actor> CurrentActor(Store& store, const rpc::Call& call, type::v1::Role needed,
                                   absl::Time now) {
  if (call.principal.system()) return Actor{.user_id = 0, .role = type::v1::ADMIN_ROLE};
  absl::StatusOr<Account> account = absl::NotFoundError("nobody");
  if (call.signed_in()) account = store.User(call.principal.user_id());
  if (!account.ok()) {
    if (!absl::IsNotFound(account.status())) return account.status();
    return status::Error(absl::StatusCode::kUnauthenticated, type::v1::SIGN_IN_REQUIRED,
                         "Sign in to do this.");
  }
  if (account->IsSuspended(now)) {
    return status::Error(absl::StatusCode::kPermissionDenied, type::v1::SUSPENDED,
                         "Your account is suspended; you can read, but not do this.");
  }
  if (account->role < needed) return status::PermissionDenied("You may not do this.");
  return Actor{.user_id = account->id, .role = account->role};
}

}  // namespace forium::auth
