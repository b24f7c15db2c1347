// SPDX-License-Identifier: Apache-2.0
// Where auth's databases are: below a data directory, or on a Postgres server.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/base/database/database.h"
#include "services/base/database/tenants.h"

namespace forium::auth {

// `DIR/control.db`; DIR is made when it is missing, and made private.
absl::StatusOr<std::unique_ptr<database::Database>> OpenControl(const std::string& directory);
// `DIR/<tenant>/auth.db`; the tenant's folder is made when it is missing.
database::Tenants::Open OpenerIn(const std::string& directory);

// The same on Postgres, in two databases: the control database, and that of the tenant `default`.
absl::StatusOr<std::unique_ptr<database::Database>> OpenControlOnPostgres(
    const std::string& control_dsn);
database::Tenants::Open OpenerOnPostgres(const std::string& tenant_dsn);

}  // namespace forium::auth
