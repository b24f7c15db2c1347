// SPDX-License-Identifier: Apache-2.0
#include "services/auth/databases.h"

#include <filesystem>
#include <system_error>

#include "services/auth/control_migrations.h"
#include "services/auth/migrations.h"
#include "services/base/status/status.h"

namespace forium::auth {

absl::StatusOr<std::unique_ptr<database::Database>> OpenControl(const std::string& directory) {
  database::SqliteOptions options;
  options.path = directory + "/control.db";
  options.readers = 1;
  return database::OpenSqlite(options, kControlMigrations);
}

database::Tenants::Open OpenerIn(const std::string& directory) {
  return
      [directory](std::string_view tenant) -> absl::StatusOr<std::unique_ptr<database::Database>> {
        const std::filesystem::path folder = std::filesystem::path(directory) / tenant;
        std::error_code error;
        std::filesystem::create_directories(folder, error);
        if (error) {
          return status::Internal("making " + folder.string() + ": " + error.message());
        }
        database::SqliteOptions options;
        options.path = (folder / "auth.db").string();
        return database::OpenSqlite(options, kMigrations);
      };
}

absl::StatusOr<std::unique_ptr<database::Database>> OpenControlOnPostgres(
    const std::string& control_dsn) {
  database::PostgresOptions options;
  options.dsn = control_dsn;
  options.connections = 1;
  return database::OpenPostgres(options, kControlMigrations);
}

database::Tenants::Open OpenerOnPostgres(const std::string& tenant_dsn) {
  return [tenant_dsn](std::string_view) {
    database::PostgresOptions options;
    options.dsn = tenant_dsn;
    return database::OpenPostgres(options, kMigrations);
  };
}

}  // namespace forium::auth
