// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/postgres_connection.h"

#include <postgresql/libpq-fe.h>
#include <sys/socket.h>

#include <exception>
#include <functional>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/base/database/busy.h"
#include "services/base/database/dialect.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::database {
namespace {

absl::Status Away() { return TryAgain("The database cannot be reached. Try again in a moment."); }

absl::Status InDoubt() {
  return TryAgain(
      "The database was lost while saving. Look whether the change is there before trying again.");
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

using Words = std::span<const std::pair<std::string_view, std::string_view>>;

// What a connection string does not say itself. A server that is gone without a word is noticed in
// 5 s.
constexpr std::pair<std::string_view, std::string_view> kConnectionDefaults[] = {
    {"application_name", "forium"}, {"connect_timeout", "3"},  {"keepalives_idle", "3"},
    {"keepalives_interval", "1"},   {"keepalives_count", "2"}, {"tcp_user_timeout", "5000"},
    {"client_encoding", "UTF8"},
};
constexpr std::pair<std::string_view, std::string_view> kPingWords[] = {{"connect_timeout", "2"}};

// When the server began, and when it last lost its statistics, which it does in every crash.
constexpr char kEpoch[] =
    "SELECT pg_catalog.pg_postmaster_start_time() || ' ' || COALESCE(CAST(stats_reset AS TEXT), '')"
    " FROM pg_catalog.pg_stat_bgwriter";

// `name='value' ` of a connection string.
void AppendWord(std::string* dsn, std::string_view name, std::string_view value) {
  absl::StrAppend(dsn, std::string(name), "='");
  for (const char c : value) {
    if (c == '\'' || c == '\\') dsn->push_back('\\');
    dsn->push_back(c);
  }
  absl::StrAppend(dsn, "' ");
}

// `dsn` with `defaults` where it says nothing, and with `forced` instead of what it says.
absl::StatusOr<std::string> Rewrite(const std::string& dsn, Words defaults, Words forced) {
  char* said = nullptr;  // not repeated: it may quote a password
  PQconninfoOption* const words = PQconninfoParse(dsn.c_str(), &said);
  PQfreemem(said);
  if (words == nullptr) {
    return status::Error(absl::StatusCode::kInvalidArgument, type::v1::INVALID_FIELD,
                         "The database's connection string cannot be read; write `host=… dbname=… "
                         "user=… password=…` or `postgresql://user:password@host/name`.");
  }
  std::string complete;
  for (const PQconninfoOption* word = words; word->keyword != nullptr; ++word) {
    std::string_view value = word->val == nullptr ? "" : word->val;
    if (value.empty()) {
      for (const auto& [name, otherwise] : defaults) {
        if (name == word->keyword) value = otherwise;
      }
    }
    for (const auto& [name, instead] : forced) {
      if (name == word->keyword) value = instead;
    }
    if (!value.empty()) AppendWord(&complete, word->keyword, value);
  }
  PQconninfoFree(words);
  return complete;
}

std::string SessionSettings(const PostgresOptions& options) {
  std::string settings = absl::StrCat(
      "SET statement_timeout = ", absl::ToInt64Milliseconds(options.statement_timeout), ";");
  if (!options.schema.empty()) {
    absl::StrAppend(&settings, "SET search_path = ", QuotedName(options.schema), ";");
  }
  return settings + kEpoch;
}

}  // namespace

std::string QuotedName(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  return quoted + "\"";
}

absl::StatusOr<std::string> CompleteDsn(const std::string& dsn) {
  return Rewrite(dsn, kConnectionDefaults, {});
}

absl::StatusOr<std::string> PingDsn(const std::string& dsn) {
  return Rewrite(dsn, kConnectionDefaults, kPingWords);
}

PostgresConnection::PostgresConnection(const std::string& dsn)
    : connection_(dsn), quiet_(connection_) {
  // It would lose the session's settings, and what was begun: whoever uses it opens a new one.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  connection_.inhibit_reactivation(true);
#pragma GCC diagnostic pop
}

absl::StatusOr<std::unique_ptr<PostgresConnection>> PostgresConnection::Open(
    const PostgresOptions& options) {
  ASSIGN_OR_RETURN(const std::string dsn, CompleteDsn(options.dsn));
  try {
    std::unique_ptr<PostgresConnection> connection(new PostgresConnection(dsn));
    pqxx::nontransaction session(connection->handle());
    connection->epoch_ = session.exec(SessionSettings(options)).at(0).at(0).c_str();
    return connection;
  } catch (const std::exception& error) {
    return status::WithCause(Away(), absl::StrCat("connecting to Postgres: ", error.what()));
  }
}

PostgresConnection::Wait::Wait(PostgresConnection& connection) : connection_(connection) {
  connection_.waiting_since_ = absl::GetCurrentTimeNanos() / 1000;
}

absl::Duration PostgresConnection::Wait::Passed() const { return connection_.Waiting(); }

absl::Duration PostgresConnection::Waiting() const {
  const int64_t since = waiting_since_;
  if (since == 0) return absl::ZeroDuration();
  return absl::Microseconds(absl::GetCurrentTimeNanos() / 1000 - since);
}

void PostgresConnection::Cut() { shutdown(connection_.sock(), SHUT_RDWR); }

pqxx::result PostgresConnection::Run(pqxx::transaction_base& transaction, const std::string& sql) {
  const Wait wait(*this);
  return transaction.exec(sql);
}

PostgresConnection::Prepared& PostgresConnection::Prepare(const Statement& statement) {
  Prepared& kept = statements_[statement.sql.data()];
  // The text is compared as well, for statements that are not constants.
  if (kept.name.empty() || kept.sql != statement.sql) {
    kept.sql = statement.sql;
    kept.name = absl::StrCat("s", absl::Hex(std::hash<std::string_view>()(statement.sql)));
    connection_.prepare(kept.name, StatementForPostgres(statement.sql));
    kept.meter.emplace(statement.name);
  }
  return kept;
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
    if (!usable() || cause.sqlstate().starts_with("57P")) return error(Kind::kLost, Away(), cause);
    return error(Kind::kFinal, OfSqlState(cause.sqlstate()), cause);
  } catch (const std::exception& cause) {
    // Also libpqxx's broken_connection, which it throws for a wrong number of parameters as well.
    if (!usable()) return error(Kind::kLost, Away(), cause);
    return error(Kind::kFinal, status::Internal(""), cause);
  }
}

}  // namespace forium::database
