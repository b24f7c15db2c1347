// SPDX-License-Identifier: Apache-2.0
#include "services/auth/databases.h"

#include <filesystem>
#include <system_error>

#include "services/auth/control_migrations.h"
#include "services/auth/migrations.h"
#include "services/base/status/macros.h"

namespace forium::auth {
namespace {

// The databases hold password hashes and the key that signs principals.
absl::Status MakePrivateFolder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  }
  if (!error) return absl::OkStatus();
  return absl::FailedPreconditionError("The folder " + folder.string() +
                                       " cannot be made or kept private: " + error.message());
}

}  // namespace

absl::StatusOr<std::unique_ptr<database::Database>> OpenControl(const std::string& directory) {
  RETURN_IF_ERROR(MakePrivateFolder(directory));
  database::SqliteOptions options;
  options.path = directory + "/control.db";
  options.readers = 1;
  return database::OpenSqlite(options, kControlMigrations);
}

database::Tenants::Open OpenerIn(const std::string& directory) {
  return
      [directory](std::string_view tenant) -> absl::StatusOr<std::unique_ptr<database::Database>> {
        const std::filesystem::path folder = std::filesystem::path(directory) / tenant;
        RETURN_IF_ERROR(MakePrivateFolder(folder));
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
