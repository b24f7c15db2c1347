// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/migrate.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/base/database/sequences.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::database {
namespace {

constexpr Statement kNewestMigration{"newest_migration", R"(
SELECT COALESCE(MAX(number), 0) FROM schema_migrations)"};

constexpr Statement kInsertMigration{"insert_migration", R"(
INSERT INTO schema_migrations (number, name, applied_at) VALUES ($1, $2, $3))"};

absl::Status CheckOrder(std::span<const Migration> migrations) {
  int previous = 0;
  for (const Migration& migration : migrations) {
    if (migration.number <= previous) {
      return status::Internal(
          absl::StrCat("migration ", migration.number, " stands after ", previous));
    }
    previous = migration.number;
  }
  return absl::OkStatus();
}

absl::StatusOr<int> NewestApplied(Transaction& tx) {
  int newest = 0;
  RETURN_IF_ERROR(
      tx.Query(kNewestMigration, [&](const Row& row) { newest = static_cast<int>(row.Int(0)); }));
  return newest;
}

absl::Status Newer(const MigrationTarget& target, int stored, int known) {
  return status::Error(
      absl::StatusCode::kFailedPrecondition, type::v1::WRONG_STATE,
      absl::StrCat("The database ", target.name, " was last used by a newer Forium (its schema is ",
                   stored, ", this one knows ", known,
                   "). Start the newer version, or restore a backup."));
}

}  // namespace

absl::Status Migrate(const MigrationTarget& target, std::span<const Migration> migrations) {
  RETURN_IF_ERROR(CheckOrder(migrations));
  RETURN_IF_ERROR(
      target.in_locked_transaction([&](Transaction&) { return target.run_script(kEngineTables); }));
  const int known = migrations.empty() ? 0 : migrations.back().number;
  bool done = false;
  while (!done) {
    RETURN_IF_ERROR(target.in_locked_transaction([&](Transaction& tx) -> absl::Status {
      ASSIGN_OR_RETURN(const int applied, NewestApplied(tx));
      if (applied > known) return Newer(target, applied, known);
      done = applied == known;
      for (const Migration& migration : migrations) {
        if (migration.number <= applied) continue;
        RETURN_IF_ERROR(target.run_script(migration.sql));
        RETURN_IF_ERROR(tx.Execute(kInsertMigration, migration.number, migration.name,
                                   absl::ToUnixMicros(absl::Now()))
                            .status());
        break;
      }
      return absl::OkStatus();
    }));
  }
  return absl::OkStatus();
}

}  // namespace forium::database
