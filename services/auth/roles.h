// SPDX-License-Identifier: Apache-2.0
// What the team does with accounts: roles and suspensions. Thread-safe.
#pragma once

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "proto/forium/auth/v1/auth.pb.h"
#include "services/auth/actor.h"
#include "services/auth/config.h"
#include "services/auth/store.h"
#include "services/auth/tenants.h"
#include "services/base/rpc/call.h"

namespace forium::auth {

class Roles {
 public:
  static constexpr int kReasonLimit = 500;

  explicit Roles(TenantDirectory& tenants, Clock clock = absl::Now);

  absl::StatusOr<v1::User> Set(const rpc::Call& call, const v1::SetRoleRequest& request);
  absl::StatusOr<v1::User> Suspend(const rpc::Call& call, const v1::SuspendUserRequest& request);
  absl::StatusOr<v1::User> Unsuspend(const rpc::Call& call,
                                     const v1::UnsuspendUserRequest& request);

 private:
  // Changes an account in one transaction, as somebody with at least the role `needed`, and
  // announces it.
  using Change = absl::FunctionRef<absl::Status(Store&, const Actor&, Account&)>;
  absl::StatusOr<v1::User> Edit(const rpc::Call& call, type::v1::Role needed, int64_t user_id,
                                Change change);

  TenantDirectory& tenants_;
  const Clock clock_;
};

}  // namespace forium::auth
