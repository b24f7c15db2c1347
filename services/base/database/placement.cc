// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/placement.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::database {
namespace {

constexpr std::string_view kDefaultTenant = "default";
constexpr std::string_view kControl = "control";
constexpr std::string_view kPlaceholder = "{tenant}";
// Read at start, written when a tenant is made.
constexpr int kControlConnections = 2;
constexpr int kControlReaders = 1;

// A tenant's name becomes part of a path and of a connection string.
bool IsPlain(std::string_view tenant) {
  return !tenant.empty() && std::all_of(tenant.begin(), tenant.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_';
  });
}

absl::StatusOr<std::string> DsnOf(const Placement& placement, std::string_view tenant) {
  for (const std::string& entry : placement.tenant_dsns) {
    const size_t equals = entry.find('=');
    if (std::string_view(entry).substr(0, equals) == tenant && equals != std::string::npos)
      return entry.substr(equals + 1);
  }
  const std::string& dsn = placement.database_dsn;
  if (dsn.find(kPlaceholder) != std::string::npos) {
    return absl::StrReplaceAll(dsn,
                               {{"{tenant}", absl::string_view(tenant.data(), tenant.size())}});
  }
  if (tenant == kDefaultTenant && !dsn.empty()) return dsn;
  return status::Error(absl::StatusCode::kInvalidArgument, type::v1::INVALID_FIELD,
                       absl::StrCat("No database is named for the community ", std::string(tenant),
                                    ": put `{tenant}` into database_dsn, or name it in "
                                    "tenant_dsns."));
}

PostgresOptions OnPostgres(const Placement& placement, std::string dsn, std::string_view schema) {
  PostgresOptions options;
  options.dsn = std::move(dsn);
  options.schema = std::string(schema);
  options.connections = placement.database_connections;
  options.statement_timeout = placement.statement_timeout;
  options.idle_timeout = placement.database_idle_timeout;
  return options;
}

// The databases hold password hashes and the key that signs principals.
absl::Status MakePrivateFolder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  }
  if (!error) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "The folder ", folder.string(), " cannot be made or kept private: ", error.message(), "."));
}

constexpr Statement kFindUnfinishedOnSqlite{"find_unfinished_move", R"(
SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1)"};
constexpr Statement kFindUnfinishedOnPostgres{"find_unfinished_move", R"(
SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = $1)"};

absl::Status RefuseUnfinishedMove(const Placement& placement, Database& control) {
  bool unfinished = false;
  RETURN_IF_ERROR(control.Read([&](Transaction& tx) {
    return tx.Query(
        placement.on_postgres() ? kFindUnfinishedOnPostgres : kFindUnfinishedOnSqlite,
        [&](const Row&) { unfinished = true; }, kUnfinishedMove);
  }));
  if (!unfinished || placement.moving) return absl::OkStatus();
  return status::Error(absl::StatusCode::kFailedPrecondition, type::v1::WRONG_STATE,
                       "A move into this database was begun and is not complete: run `forium move` "
                       "again with the same arguments.");
}

absl::StatusOr<PostgresOptions> ControlOptions(const Placement& placement) {
  std::string dsn = placement.control_dsn;
  if (dsn.empty()) {
    ASSIGN_OR_RETURN(dsn, DsnOf(placement, kDefaultTenant));
  }
  PostgresOptions options = OnPostgres(placement, std::move(dsn), kControl);
  options.connections = std::min(options.connections, kControlConnections);
  return options;
}

absl::StatusOr<std::unique_ptr<Database>> OpenControlAnyway(const Placement& placement,
                                                            std::span<const Migration> migrations) {
  if (placement.on_postgres()) {
    ASSIGN_OR_RETURN(const PostgresOptions options, ControlOptions(placement));
    return OpenPostgres(options, migrations);
  }
  RETURN_IF_ERROR(MakePrivateFolder(placement.data));
  SqliteOptions options;
  options.path = (std::filesystem::path(placement.data) / kControl).string() + ".db";
  options.readers = kControlReaders;
  return OpenSqlite(options, migrations);
}

}  // namespace

void AddSettings(config::Settings& settings, Placement* placement) {
  settings.AddSecret("database_dsn", &placement->database_dsn,
                     "Postgres instead of SQLite: a connection string; {tenant} in it becomes the "
                     "community's name.");
  settings.AddSecret("tenant_dsns", &placement->tenant_dsns,
                     "Communities with a Postgres database of their own: name=dsn, ….");
  settings.AddSecret("control_dsn", &placement->control_dsn,
                     "Postgres: the control database; that of the community `default` by default.");
  settings.Add("database_connections", &placement->database_connections,
               "Postgres: connections to each community's database, at most.");
  settings.Add("database_idle_timeout", &placement->database_idle_timeout,
               "Postgres: connections that nobody used for so long are closed.");
  settings.Add("statement_timeout", &placement->statement_timeout,
               "Postgres: statements that take longer are ended.");
}

absl::StatusOr<std::unique_ptr<Database>> OpenTenant(const Placement& placement,
                                                     std::string_view tenant,
                                                     std::string_view service,
                                                     std::span<const Migration> migrations) {
  if (!IsPlain(tenant)) {
    return status::InvalidField("tenant", "The name of a community has letters, digits, - and _.");
  }
  if (placement.on_postgres()) {
    ASSIGN_OR_RETURN(std::string dsn, DsnOf(placement, tenant));
    return OpenPostgres(OnPostgres(placement, std::move(dsn), service), migrations);
  }
  const std::filesystem::path folder = std::filesystem::path(placement.data) / tenant;
  RETURN_IF_ERROR(MakePrivateFolder(folder));
  SqliteOptions options;
  options.path = (folder / service).string() + ".db";
  return OpenSqlite(options, migrations);
}

absl::StatusOr<std::unique_ptr<Database>> OpenControl(const Placement& placement,
                                                      std::span<const Migration> migrations) {
  ASSIGN_OR_RETURN(std::unique_ptr<Database> control, OpenControlAnyway(placement, migrations));
  RETURN_IF_ERROR(RefuseUnfinishedMove(placement, *control));
  return control;
}

absl::StatusOr<std::unique_ptr<PostgresLock>> LockDatabase(const Placement& placement,
                                                           std::string_view tenant,
                                                           std::string_view service) {
  if (service == kControl) {
    ASSIGN_OR_RETURN(const PostgresOptions options, ControlOptions(placement));
    return PostgresLock::Take(options);
  }
  ASSIGN_OR_RETURN(std::string dsn, DsnOf(placement, tenant));
  return PostgresLock::Take(OnPostgres(placement, std::move(dsn), service));
}

Tenants::Open Opener(const Placement& placement, std::string service,
                     std::span<const Migration> migrations) {
  return [&placement, service = std::move(service), migrations](std::string_view tenant) {
    return OpenTenant(placement, tenant, service, migrations);
  };
}

}  // namespace forium::database
