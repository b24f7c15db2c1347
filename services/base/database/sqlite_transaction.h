// SPDX-License-Identifier: Apache-2.0
// The statements of one Read or Write over a SQLite connection; whoever makes it begins and ends
// the transaction.
#pragma once

#include "services/base/database/sqlite_connection.h"

namespace forium::database {

class SqliteTransaction final : public Transaction {
 public:
  using Mode = SqliteConnection::Mode;
  SqliteTransaction(SqliteConnection& connection, Mode mode)
      : connection_(connection), mode_(mode) {}

  absl::Status QueryRows(const Statement& statement, std::span<const Parameter> parameters,
                         absl::FunctionRef<absl::Status(const Row&)> each) override;
  absl::StatusOr<int64_t> ExecuteRows(const Statement& statement,
                                      std::span<const Parameter> parameters) override;
  absl::StatusOr<int64_t> NextId(std::string_view kind) override;
  absl::Status RaiseId(std::string_view kind, int64_t id) override;

  // Runs a body; its error, or that of the first statement that failed.
  absl::Status Run(Database::Body body);
  int statements() const { return statements_; }

 private:
  // Runs a statement to its end, or until `each` answers an error, which is answered then.
  absl::Status RunStatement(const Statement& statement, std::span<const Parameter> parameters,
                            absl::FunctionRef<absl::Status(const Row&)> each);
  absl::StatusOr<SqliteStatement*> Start(const Statement& statement);
  absl::Status Fail(absl::Status status);

  SqliteConnection& connection_;
  const Mode mode_;
  absl::Status failed_;  // of the first statement that failed
  int statements_ = 0;
};

}  // namespace forium::database
