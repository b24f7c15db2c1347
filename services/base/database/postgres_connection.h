// SPDX-License-Identifier: Apache-2.0
// One connection to a Postgres database, with its prepared statements. libpqxx throws; nothing
// behind this header and postgres_transaction.h does. Used by one thread at a time.
#pragma once

#include <memory>
#include <pqxx/pqxx>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/base/database/database.h"

namespace forium::database {

// Why something failed, and what to do about it.
struct PostgresError {
  enum class Kind {
    kFinal,     // answer it
    kConflict,  // with another transaction: run the whole again
    kLost,      // the connection is gone, and the transaction with it: run the whole again
    kInDoubt,   // the connection was lost while committing: nobody knows
  };
  Kind kind = Kind::kFinal;
  absl::Status status;
};

// `"name"`, as an identifier in SQL.
std::string QuotedName(std::string_view name);

class PostgresConnection {
 public:
  // Connects and sets up the session. Errors: InvalidArgument (not a connection string),
  // Unavailable.
  static absl::StatusOr<std::unique_ptr<PostgresConnection>> Open(const PostgresOptions& options);

  // The name of the statement, prepared at its first use here. May throw.
  const std::string& Prepare(const Statement& statement);
  // The error of the exception that is being handled; to be called in a catch block only.
  PostgresError CurrentError(std::string_view what) const;

  pqxx::connection& handle() { return connection_; }
  bool usable() const { return connection_.is_open(); }

 private:
  explicit PostgresConnection(const std::string& dsn);

  struct Prepared {
    std::string sql;
    std::string name;
  };
  pqxx::connection connection_;
  const pqxx::quiet_errorhandler quiet_;  // keeps notices off stderr
  absl::flat_hash_map<const char*, Prepared> statements_;
};

}  // namespace forium::database
