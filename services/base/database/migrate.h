// SPDX-License-Identifier: Apache-2.0
// Brings a database to the newest schema this binary knows; the same for both engines.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "services/base/database/database.h"

namespace forium::database {

// What a migration needs of an engine.
struct MigrationTarget {
  // For messages: a path or a database's name.
  std::string name;
  // Runs its argument in one transaction, while no other process can migrate.
  std::function<absl::Status(Database::Body)> in_locked_transaction;
  // Runs migration text inside such a transaction.
  std::function<absl::Status(std::string_view)> run_script;
};

// Errors: FailedPrecondition when the database is newer than `migrations`.
absl::Status Migrate(const MigrationTarget& target, std::span<const Migration> migrations);

}  // namespace forium::database
