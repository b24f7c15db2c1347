// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/postgres_connection.h"

#include <exception>
#include <functional>

#include "absl/strings/str_cat.h"
#include "services/base/database/dialect.h"
#include "services/base/status/status.h"

namespace forium::database {
namespace {

absl::Status Away() {
  return status::Error(absl::StatusCode::kUnavailable, type::v1::UNAVAILABLE,
                       "The database cannot be reached. Try again in a moment.");
}

absl::Status InDoubt() {
  return status::Error(
      absl::StatusCode::kUnavailable, type::v1::UNAVAILABLE,
      "The database was lost while saving. Look whether the change is there before trying again.");
}

absl::Status Busy() {
  return status::Error(absl::StatusCode::kUnavailable, type::v1::UNAVAILABLE,
                       "The database is busy. Try again in a moment.");
}

// The public side of an error that Postgres answered.
absl::Status OfSqlState(std::string_view state) {
  using absl::StatusCode;
  if (state == "23505") return absl::AlreadyExistsError("It exists already.");
  if (state == "23503" || state == "23001") {
    return status::Error(
        StatusCode::kFailedPrecondition, type::v1::WRONG_STATE,
        "Something that this refers to is not there, or something else still refers to it.");
  }
  if (state == "53100") {
    return status::Error(StatusCode::kResourceExhausted, type::v1::STORAGE_FULL,
                         "The server's disk is full; nothing was changed. Tell an administrator.");
  }
  // Too many connections, lock not available, shutting down and the like.
  if (state.starts_with("53") || state.starts_with("55") || state.starts_with("57")) return Busy();
  return status::Internal("");
}

}  // namespace

absl::StatusOr<std::unique_ptr<PostgresConnection>> PostgresConnection::Open(
    const std::string& dsn) {
  try {
    return std::unique_ptr<PostgresConnection>(new PostgresConnection(dsn));
  } catch (const std::exception& error) {
    return status::WithCause(Away(), absl::StrCat("connecting to Postgres: ", error.what()));
  }
}

const std::string& PostgresConnection::Prepare(const Statement& statement) {
  Prepared& kept = statements_[statement.sql.data()];
  // The text is compared as well, for statements that are not constants.
  if (kept.name.empty() || kept.sql != statement.sql) {
    kept.sql = statement.sql;
    kept.name = absl::StrCat("s", absl::Hex(std::hash<std::string_view>()(statement.sql)));
    connection_.prepare(kept.name, StatementForPostgres(statement.sql));
  }
  return kept.name;
}

PostgresError PostgresConnection::CurrentError(std::string_view what) const {
  using Kind = PostgresError::Kind;
  const auto error = [what](Kind kind, absl::Status status, const std::exception& cause) {
    return PostgresError{
        kind,
        status::WithCause(std::move(status), absl::StrCat(std::string(what), ": ", cause.what()))};
  };
  try {
    throw;
  } catch (const pqxx::in_doubt_error& cause) {
    return error(Kind::kInDoubt, InDoubt(), cause);
  } catch (const pqxx::transaction_rollback& cause) {
    return error(Kind::kConflict, Busy(), cause);
  } catch (const pqxx::sql_error& cause) {
    // Postgres says goodbye with an SQL error before it closes.
    if (!usable()) return error(Kind::kLost, Away(), cause);
    return error(Kind::kFinal, OfSqlState(cause.sqlstate()), cause);
  } catch (const std::exception& cause) {
    // Also libpqxx's broken_connection, which it throws for a wrong number of parameters as well.
    if (!usable()) return error(Kind::kLost, Away(), cause);
    return error(Kind::kFinal, status::Internal(""), cause);
  }
}

}  // namespace forium::database
