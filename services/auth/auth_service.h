// SPDX-License-Identifier: Apache-2.0
// AuthService over RPC: owns the nouns of auth and hands each call to one of them. No rules, no
// SQL. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/auth/accounts.h"
#include "services/auth/config.h"
#include "services/auth/links.h"
#include "services/auth/passwords.h"
#include "services/auth/principals.h"
#include "services/auth/roles.h"
#include "services/auth/services.h"
#include "services/auth/sessions.h"
#include "services/auth/site.h"
#include "services/auth/staging.h"
#include "services/auth/tenants.h"
#include "services/auth/throttle.h"
#include "services/base/database/database.h"
#include "services/base/database/tenants.h"
#include "services/base/rpc/server.h"

namespace forium::auth {

class AuthService {
 public:
  // `control` is migrated with kControlMigrations, the databases of `databases` with kMigrations;
  // both outlive this. At first start it makes the tenant `default` and the key that signs
  // principals. Errors: InvalidArgument, the service_secret is too short.
  static absl::StatusOr<std::unique_ptr<AuthService>> Create(const Config& config,
                                                             database::Database& control,
                                                             database::Tenants& databases,
                                                             Clock clock = absl::Now);

  // Before the server starts; this outlives the server.
  void Register(rpc::Server& server);

  // 32 raw bytes, for rpc::PrincipalVerifier::AddKey.
  std::string public_key() const { return principals_.public_key(); }
  // Serialised SignedPrincipals for the process's own calls: they never leave it. The system's
  // lives five minutes, so ask for one per command or batch.
  std::string SystemPrincipal(std::string_view tenant) const { return principals_.System(tenant); }
  std::string AnonymousPrincipal(std::string_view tenant) { return principals_.Anonymous(tenant); }

 private:
  AuthService(const Config& config, std::unique_ptr<TenantDirectory> tenants,
              rpc::PrincipalSigner signer, const Clock& clock);

  const std::unique_ptr<TenantDirectory> tenants_;
  Principals principals_;
  Passwords passwords_;
  Throttle throttle_;
  SiteSettings site_;
  Sessions sessions_;
  Accounts accounts_;
  Roles roles_;
  Links links_;
  Staging staging_;
  Services services_;
};

}  // namespace forium::auth
