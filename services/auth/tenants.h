// SPDX-License-Identifier: Apache-2.0
// Which communities there are, by which hosts they are reached, and their databases. Read once, at
// start. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/auth/config.h"
#include "services/base/database/database.h"
#include "services/base/database/tenants.h"
#include "services/base/rpc/principal.h"

namespace forium::auth {

class TenantDirectory {
 public:
  // Makes the tenant `default` in a control database without tenants.
  static absl::StatusOr<std::unique_ptr<TenantDirectory>> Open(database::Database& control,
                                                               database::Tenants& databases,
                                                               const Clock& clock);

  // Errors: NOT_FOUND for a tenant that is not there, so that a made-up name never makes a
  // database.
  absl::StatusOr<database::Database*> DatabaseOf(std::string_view tenant);
  // The tenant of a Host header, with or without port. Errors: NOT_FOUND.
  absl::StatusOr<std::string> TenantOf(std::string_view host) const;

 private:
  explicit TenantDirectory(database::Tenants& databases) : databases_(databases) {}

  database::Tenants& databases_;
  std::set<std::string, std::less<>> tenants_;
  std::map<std::string, std::string, std::less<>> by_host_;
  std::string otherwise_;  // the tenant of all other hosts, if there is one
};

// The key that signs principals: kept in the control database, made at first start.
absl::StatusOr<rpc::PrincipalSigner> OpenSigner(database::Database& control, const Clock& clock);

}  // namespace forium::auth
