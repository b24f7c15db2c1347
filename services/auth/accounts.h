// SPDX-License-Identifier: Apache-2.0
// Accounts as their owners and the public know them: registering, looking up, renaming, passwords,
// erasing. Thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "google/protobuf/empty.pb.h"
#include "proto/forium/auth/v1/auth.pb.h"
#include "services/auth/config.h"
#include "services/auth/passwords.h"
#include "services/auth/sessions.h"
#include "services/auth/site.h"
#include "services/auth/tenants.h"
#include "services/auth/throttle.h"
#include "services/base/rpc/call.h"

namespace forium::auth {

class Accounts {
 public:
  static constexpr int kDisplayNameLimit = 60;
  static constexpr int kBioLimit = 500;
  // Names that a member may have used in all: each stays taken, so that somebody could hoard them.
  static constexpr int kNamesPerAccount = 10;

  Accounts(TenantDirectory& tenants, Passwords& passwords, Throttle& throttle, SiteSettings& site,
           Sessions& sessions, Clock clock = absl::Now);

  absl::StatusOr<v1::Session> Create(const rpc::Call& call, const v1::CreateUserRequest& request);
  absl::StatusOr<v1::User> Get(const rpc::Call& call, const v1::GetUserRequest& request);
  absl::StatusOr<v1::ListUsersResponse> List(const rpc::Call& call,
                                             const v1::ListUsersRequest& request);
  absl::StatusOr<v1::Me> GetMe(const rpc::Call& call, const v1::GetMeRequest& request);
  absl::StatusOr<v1::Me> UpdateMe(const rpc::Call& call, const v1::UpdateMeRequest& request);
  absl::StatusOr<google::protobuf::Empty> ChangePassword(const rpc::Call& call,
                                                         const v1::ChangePasswordRequest& request);
  absl::StatusOr<v1::User> Rename(const rpc::Call& call, const v1::RenameUserRequest& request);
  absl::StatusOr<google::protobuf::Empty> Erase(const rpc::Call& call,
                                                const v1::EraseUserRequest& request);

 private:
  // The hash that fits the caller's own password. Errors: WRONG_CREDENTIALS on `field`,
  // TOO_MANY_REQUESTS.
  absl::StatusOr<std::string> ConfirmPassword(database::Database& database, const rpc::Call& call,
                                              const std::string& password);

  TenantDirectory& tenants_;
  Passwords& passwords_;
  Throttle& throttle_;
  SiteSettings& site_;
  Sessions& sessions_;
  const Clock clock_;
};

// A community keeps an administrator who can act. Errors: LAST_ADMINISTRATOR.
absl::Status CheckAdministratorRemains(Store& store, const Account& leaving);

}  // namespace forium::auth
