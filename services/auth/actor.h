// SPDX-License-Identifier: Apache-2.0
// Who acts, as the database knows them in the transaction of the act: a principal may be a minute
// old, and a minute is enough for somebody who was just demoted or suspended.
#pragma once

#include "absl/status/statusor.h"
#include "services/auth/store.h"
#include "services/base/rpc/call.h"

namespace forium::auth {

struct Actor {
  int64_t user_id = 0;  // 0: the system
  type::v1::Role role = type::v1::ANONYMOUS;

  bool IsAdmin() const { return role == type::v1::ADMIN_ROLE; }
  bool IsModerator() const { return role >= type::v1::MODERATOR_ROLE; }
};

// The system acts as an administrator. Errors: SIGN_IN_REQUIRED, SUSPENDED, PERMISSION_DENIED below
// `needed`.
absl::StatusOr<Actor> CurrentActor(Store& store, const rpc::Call& call, type::v1::Role needed,
                                   absl::Time now);

}  // namespace forium::auth
