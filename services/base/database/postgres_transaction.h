// SPDX-License-Identifier: Apache-2.0
// The statements of one Read or Write over a Postgres connection; whoever makes it begins and ends
// the transaction.
#pragma once

#include <pqxx/pqxx>

#include "services/base/database/postgres_connection.h"

namespace forium::database {

class PostgresTransaction final : public Transaction {
 public:
  // `transaction` is only libpqxx's way to the connection.
  PostgresTransaction(PostgresConnection& connection, pqxx::transaction_base& transaction)
      : connection_(connection), transaction_(transaction) {}

  absl::Status QueryRows(const Statement& statement, std::span<const Parameter> parameters,
                         absl::FunctionRef<absl::Status(const Row&)> each) override;
  absl::StatusOr<int64_t> ExecuteRows(const Statement& statement,
                                      std::span<const Parameter> parameters) override;
  absl::StatusOr<int64_t> NextId(std::string_view kind) override;
  absl::Status RaiseId(std::string_view kind, int64_t id) override;

  // Runs migration text.
  absl::Status RunScript(const std::string& sql);
  // The first statement that failed; its status is OK if none did.
  const PostgresError& failed() const { return failed_; }
  int statements() const { return statements_; }

 private:
  absl::StatusOr<pqxx::result> RunStatement(const Statement& statement,
                                            std::span<const Parameter> parameters);

  PostgresConnection& connection_;
  pqxx::transaction_base& transaction_;
  PostgresError failed_;
  int statements_ = 0;
};

}  // namespace forium::database
