// SPDX-License-Identifier: Apache-2.0
// One-time links: the first administrator, invitations, password resets. They need no mail: whoever
// made one hands it over. A link is used up in the transaction of its effect. Thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "proto/forium/auth/v1/auth.pb.h"
#include "services/auth/config.h"
#include "services/auth/new_account.h"
#include "services/auth/passwords.h"
#include "services/auth/sessions.h"
#include "services/auth/site.h"
#include "services/auth/tenants.h"
#include "services/base/rpc/call.h"

namespace forium::auth {

class Links {
 public:
  Links(TenantDirectory& tenants, Passwords& passwords, SiteSettings& site, Sessions& sessions,
        const Config& config, Clock clock = absl::Now);

  absl::StatusOr<v1::Link> Create(const rpc::Call& call, const v1::CreateLinkRequest& request);
  absl::StatusOr<v1::Link> Provision(const rpc::Call& call,
                                     const v1::ProvisionLinkRequest& request);
  absl::StatusOr<v1::Link> Get(const rpc::Call& call, const v1::GetLinkRequest& request);
  absl::StatusOr<v1::Session> Redeem(const rpc::Call& call, const v1::RedeemLinkRequest& request);

 private:
  absl::StatusOr<v1::Link> Make(Store& store, v1::Link::Purpose purpose,
                                const std::string& username, int64_t created_by);
  absl::StatusOr<StoredLink> Find(Store& store, const std::string& token);
  // What using each kind does, in its transaction.
  absl::StatusOr<Account> SetUp(Store& store, const v1::RedeemLinkRequest& request,
                                const NewAccount& wanted);
  absl::StatusOr<Account> Reset(Store& store, const v1::RedeemLinkRequest& request,
                                const StoredLink& link, const std::string& password_hash);

  TenantDirectory& tenants_;
  Passwords& passwords_;
  SiteSettings& site_;
  Sessions& sessions_;
  const std::string public_url_;
  const absl::Duration invitation_lifetime_;
  const absl::Duration reset_lifetime_;
  const Clock clock_;
};

}  // namespace forium::auth
