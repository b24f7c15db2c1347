// SPDX-License-Identifier: Apache-2.0
// Where the databases of the tenants are: files in a data directory (SQLite), or Postgres. Each
// service has its own: a file `<tenant>/<service>.db`, or a schema `<service>` in the tenant's
// Postgres database. The control database stands beside them (`control.db`, schema `control`).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/base/config/config.h"
#include "services/base/database/database.h"
#include "services/base/database/postgres_lock.h"
#include "services/base/database/tenants.h"

namespace forium::database {

struct Placement {
  // Directory of the SQLite databases, when there is no DSN.
  std::string data = "./data";
  // libpq connection string or URL; `{tenant}` in it becomes the tenant's id. Without `{tenant}` it
  // holds the tenant `default` alone.
  std::string database_dsn;
  // `name=dsn`: tenants with a database of their own.
  std::vector<std::string> tenant_dsns;
  // Empty: the DSN of the tenant `default`.
  std::string control_dsn;
  int database_connections = 8;
  absl::Duration database_idle_timeout = absl::Seconds(60);
  absl::Duration statement_timeout = absl::Seconds(10);

  // `forium move` alone opens databases that are being filled.
  bool moving = false;

  bool on_postgres() const { return !database_dsn.empty() || !tenant_dsns.empty(); }
};

// Declares the settings above, under the names of the fields, but `data`, which is the process's.
void AddSettings(config::Settings& settings, Placement* placement);

// While this table is in a control database, a move into its databases is unfinished and nobody may
// serve them.
inline constexpr std::string_view kUnfinishedMove = "unfinished_move";

// Errors: InvalidArgument, a DSN that names no tenant for this one; Unavailable, the server cannot
// be reached; else what opening and migrating answer.
absl::StatusOr<std::unique_ptr<Database>> OpenTenant(const Placement& placement,
                                                     std::string_view tenant,
                                                     std::string_view service,
                                                     std::span<const Migration> migrations);
absl::StatusOr<std::unique_ptr<Database>> OpenControl(const Placement& placement,
                                                      std::span<const Migration> migrations);
// Takes the lock of a database on Postgres alone (postgres_lock.h); service `control` for the
// control database.
absl::StatusOr<std::unique_ptr<PostgresLock>> LockDatabase(const Placement& placement,
                                                           std::string_view tenant,
                                                           std::string_view service);
// For Tenants. `placement` and `migrations` are borrowed.
Tenants::Open Opener(const Placement& placement, std::string service,
                     std::span<const Migration> migrations);

}  // namespace forium::database
