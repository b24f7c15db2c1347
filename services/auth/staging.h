// SPDX-License-Identifier: Apache-2.0
// Accounts that a program makes: staged authors of an imported forum, and accounts from the command
// line. Thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "proto/forium/auth/v1/auth.pb.h"
#include "services/auth/config.h"
#include "services/auth/passwords.h"
#include "services/auth/site.h"
#include "services/auth/tenants.h"
#include "services/base/rpc/call.h"

namespace forium::auth {

class Staging {
 public:
  // Accounts in one call, which is one transaction.
  static constexpr int kBatch = 2000;

  Staging(TenantDirectory& tenants, Passwords& passwords, SiteSettings& site,
          Clock clock = absl::Now);

  // Staged accounts are members without password and address, whatever they were elsewhere; a reset
  // link claims one.
  absl::StatusOr<v1::StageUsersResponse> Stage(const rpc::Call& call,
                                               const v1::StageUsersRequest& request);
  absl::StatusOr<v1::User> Provision(const rpc::Call& call,
                                     const v1::ProvisionUserRequest& request);

 private:
  TenantDirectory& tenants_;
  Passwords& passwords_;
  SiteSettings& site_;
  const Clock clock_;
};

}  // namespace forium::auth
