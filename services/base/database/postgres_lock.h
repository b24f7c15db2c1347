// SPDX-License-Identifier: Apache-2.0
// Keeps the processes that serve a Postgres database apart from one that changes it behind their
// backs: they share a lock on the schema, it takes the lock alone. Held as long as this lives and
// its connection does.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/base/database/database.h"

namespace forium::database {

class PostgresConnection;

class PostgresLock {
 public:
  // Takes it alone. Errors: FailedPrecondition when somebody serves the database, or moves it.
  static absl::StatusOr<std::unique_ptr<PostgresLock>> Take(const PostgresOptions& options);
  ~PostgresLock();

 private:
  explicit PostgresLock(std::unique_ptr<PostgresConnection> connection);
  std::unique_ptr<PostgresConnection> connection_;
};

// Answers whether the lock was free to be shared; the first until the end of its connection, the
// second until that of the transaction.
std::string ShareLockOfSession(const std::string& schema);
std::string ShareLockOfTransaction(const std::string& schema);

}  // namespace forium::database
