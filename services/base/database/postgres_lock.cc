// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/postgres_lock.h"

#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/database/postgres_connection.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::database {
namespace {

// Any number will do, as long as nobody else takes locks with it in these databases.
std::string TryLock(const char* function, const std::string& schema) {
  std::string literal;
  for (const char c : schema) literal.append(c == '\'' ? 2 : 1, c);
  return absl::StrCat("SELECT CAST(pg_catalog.", function, "(705312854, pg_catalog.hashtext('",
                      literal, "')) AS INTEGER)");
}

}  // namespace

std::string ShareLockOfSession(const std::string& schema) {
  return TryLock("pg_try_advisory_lock_shared", schema);
}

std::string ShareLockOfTransaction(const std::string& schema) {
  return TryLock("pg_try_advisory_xact_lock_shared", schema);
}

PostgresLock::PostgresLock(std::unique_ptr<PostgresConnection> connection)
    : connection_(std::move(connection)) {}
PostgresLock::~PostgresLock() = default;

absl::StatusOr<std::unique_ptr<PostgresLock>> PostgresLock::Take(const PostgresOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<PostgresConnection> connection,
                   PostgresConnection::Open(options));
  try {
    pqxx::nontransaction handle(connection->handle());
    const pqxx::result answer =
        connection->Run(handle, TryLock("pg_try_advisory_lock", options.schema));
    if (std::string_view(answer.at(0).at(0).c_str()) != "1") {
      return status::Error(absl::StatusCode::kFailedPrecondition, type::v1::WRONG_STATE,
                           absl::StrCat("The database ", connection->handle().dbname(),
                                        " is in use by another Forium; stop it first."));
    }
  } catch (const std::exception&) {
    return connection->CurrentError("lock").status;
  }
  return std::unique_ptr<PostgresLock>(new PostgresLock(std::move(connection)));
}

}  // namespace forium::database
