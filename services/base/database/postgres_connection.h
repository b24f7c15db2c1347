// SPDX-License-Identifier: Apache-2.0
// One connection to a Postgres database, with its prepared statements. libpqxx throws; nothing
// behind this header and postgres_transaction.h does. Used by one thread at a time.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/base/database/database.h"
#include "services/base/database/meters.h"

namespace forium::database {

// Why something failed, and what to do about it.
struct PostgresError {
  enum class Kind {
    kFinal,     // answer it
    kConflict,  // with another transaction: run the whole again
    kLost,      // the connection is gone, and the transaction with it: run the whole again
    kInDoubt,   // the connection was lost while committing: ask the server what became of it
  };
  Kind kind = Kind::kFinal;
  absl::Status status;
};

// `"name"`, as an identifier in SQL.
std::string QuotedName(std::string_view name);
// `dsn` with what it does not say itself, and for asking quickly whether the server is there.
// Errors: InvalidArgument.
absl::StatusOr<std::string> CompleteDsn(const std::string& dsn);
absl::StatusOr<std::string> PingDsn(const std::string& dsn);

class PostgresConnection {
 public:
  // Connects and sets up the session. Errors: InvalidArgument (not a connection string),
  // Unavailable.
  static absl::StatusOr<std::unique_ptr<PostgresConnection>> Open(const PostgresOptions& options);

  struct Prepared {
    std::string sql;
    std::string name;
    std::optional<StatementMeter> meter;
  };
  // The statement, prepared at its first use here. May throw.
  Prepared& Prepare(const Statement& statement);
  // Runs statements that are not kept; the result of the last. May throw.
  pqxx::result Run(pqxx::transaction_base& transaction, const std::string& sql);
  // The error of the exception that is being handled; to be called in a catch block only.
  PostgresError CurrentError(std::string_view what) const;

  pqxx::connection& handle() { return connection_; }
  bool usable() const { return connection_.is_open(); }
  // Differs after every start and every crash of the server, when it has forgotten transactions and
  // may give their numbers again.
  const std::string& epoch() const { return epoch_; }

  // While one of these lives, the server owes an answer.
  class Wait {
   public:
    explicit Wait(PostgresConnection& connection);
    ~Wait() { connection_.waiting_since_ = 0; }
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    absl::Duration Passed() const;

   private:
    PostgresConnection& connection_;
  };
  // For how long it has owed one. Any thread.
  absl::Duration Waiting() const;
  // Ends the waiting, and the connection. Any thread, while the connection is there.
  void Cut();

 private:
  explicit PostgresConnection(const std::string& dsn);

  pqxx::connection connection_;
  const pqxx::quiet_errorhandler quiet_;  // keeps notices off stderr
  std::string epoch_;
  absl::flat_hash_map<const char*, Prepared> statements_;
  std::atomic<int64_t> waiting_since_ = 0;  // microseconds; 0: it is not waiting
};

}  // namespace forium::database
