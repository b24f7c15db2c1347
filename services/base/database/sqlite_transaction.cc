// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/sqlite_transaction.h"

#include <exception>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/base/database/sequences.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::database {
namespace {

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* handle) : handle_(handle) {}
  bool IsNull(int column) const override {
    return sqlite3_column_type(handle_, column) == SQLITE_NULL;
  }
  int64_t Int(int column) const override { return sqlite3_column_int64(handle_, column); }
  double Real(int column) const override { return sqlite3_column_double(handle_, column); }
  std::string_view Text(int column) const override {
    const void* const bytes = sqlite3_column_blob(handle_, column);
    const int size = sqlite3_column_bytes(handle_, column);
    return {static_cast<const char*>(bytes), static_cast<size_t>(size)};
  }

 private:
  sqlite3_stmt* const handle_;
};

absl::Status IgnoreRow(const Row&) { return absl::OkStatus(); }

}  // namespace

absl::Status SqliteTransaction::Run(Database::Body body) {
  try {
    RETURN_IF_ERROR(body(*this));
  } catch (const std::exception& error) {
    return status::Internal(absl::StrCat("exception in a transaction: ", error.what()));
  }
  return failed_;
}

absl::Status SqliteTransaction::Fail(absl::Status status) {
  failed_ = status;
  return status;
}

absl::StatusOr<SqliteStatement*> SqliteTransaction::Start(const Statement& statement) {
  RETURN_IF_ERROR(failed_);
  absl::StatusOr<SqliteStatement*> prepared = connection_.Prepare(statement);
  if (!prepared.ok()) return Fail(prepared.status());
  if ((*prepared)->running()) {
    return Fail(status::Internal(
        absl::StrCat(std::string(statement.name), " is used inside its own rows")));
  }
  if (mode_ == Mode::kReadOnly && !(*prepared)->read_only()) {
    return Fail(
        status::Internal(absl::StrCat(std::string(statement.name), " writes, but runs in a Read")));
  }
  ++statements_;
  return prepared;
}

absl::Status SqliteTransaction::RunStatement(const Statement& statement,
                                             std::span<const Parameter> parameters,
                                             absl::FunctionRef<absl::Status(const Row&)> each) {
  ASSIGN_OR_RETURN(SqliteStatement* const prepared, Start(statement));
  const absl::Time start = absl::Now();
  absl::Status status;
  int code = prepared->Bind(parameters);
  if (code == SQLITE_OK) {
    const SqliteRow row(prepared->handle());
    while ((code = prepared->Step()) == SQLITE_ROW && (status = each(row)).ok()) {
    }
  }
  const bool stopped = code == SQLITE_ROW;
  if (!stopped && code != SQLITE_DONE) {
    status = Fail(SqliteError(connection_.handle(), code, statement.name));
  }
  prepared->Reset();
  prepared->meter().Ran(absl::Now() - start);
  return status;
}

absl::Status SqliteTransaction::QueryRows(const Statement& statement,
                                          std::span<const Parameter> parameters,
                                          absl::FunctionRef<absl::Status(const Row&)> each) {
  return RunStatement(statement, parameters, each);
}

absl::StatusOr<int64_t> SqliteTransaction::ExecuteRows(const Statement& statement,
                                                       std::span<const Parameter> parameters) {
  const int64_t before = sqlite3_total_changes64(connection_.handle());
  RETURN_IF_ERROR(RunStatement(statement, parameters, IgnoreRow));
  // changes() keeps the number of an earlier statement when this one changes nothing by its kind.
  if (sqlite3_total_changes64(connection_.handle()) == before) return 0;
  return sqlite3_changes64(connection_.handle());
}

absl::StatusOr<int64_t> SqliteTransaction::NextId(std::string_view kind) {
  int64_t id = 0;
  RETURN_IF_ERROR(Query(
      kNextId, [&](const Row& row) { id = row.Int(0); }, kind));
  return id;
}

absl::Status SqliteTransaction::RaiseId(std::string_view kind, int64_t id) {
  return Execute(kRaiseId, kind, id + 1).status();
}

}  // namespace forium::database
