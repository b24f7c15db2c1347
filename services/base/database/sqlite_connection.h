// SPDX-License-Identifier: Apache-2.0
// One connection to a SQLite file, with its prepared statements. Used by one thread at a time.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/base/database/database.h"
#include "services/base/database/meters.h"

namespace forium::database {

// The status for a failed SQLite call on `db`; `what` (a statement's name, for example) goes into
// the private cause.
absl::Status SqliteError(sqlite3* db, int code, std::string_view what);

// A prepared statement and where its parameters are.
class SqliteStatement {
 public:
  SqliteStatement(sqlite3_stmt* handle, const Statement& statement);
  ~SqliteStatement();
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  // Views in `parameters` must stay valid until Reset. Answers an SQLite code, SQLITE_RANGE for a
  // wrong number.
  int Bind(std::span<const Parameter> parameters);
  int Step() { return sqlite3_step(handle_); }
  void Reset();

  sqlite3_stmt* handle() const { return handle_; }
  std::string_view sql() const { return sql_; }
  bool read_only() const { return read_only_; }
  // Between Bind and Reset; a statement cannot be used inside its own rows.
  bool running() const { return running_; }
  StatementMeter& meter() {
    if (!meter_.has_value()) meter_.emplace(name_);
    return *meter_;
  }

 private:
  int BindOne(int index, const Parameter& parameter);

  sqlite3_stmt* const handle_;
  const std::string name_;
  const std::string sql_;
  const bool read_only_;
  std::vector<int> positions_;  // SQLite's index of $1, $2, …; 0: not in the text
  bool running_ = false;
  std::optional<StatementMeter> meter_;  // made when first asked for: BEGIN and the like have none
};

class SqliteConnection {
 public:
  enum class Mode { kReadOnly, kReadWrite };
  struct Options {
    std::string path = {};  // empty: a new database in memory
    std::string vfs = {};
    Mode mode = Mode::kReadWrite;
  };
  static absl::StatusOr<std::unique_ptr<SqliteConnection>> Open(const Options& options);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  // The statement, prepared at its first use here. Found by the address of its text, which is a
  // constant.
  absl::StatusOr<SqliteStatement*> Prepare(const Statement& statement);
  // Runs a statement without parameters and rows: BEGIN, COMMIT and the like.
  absl::Status Run(const Statement& statement);
  // Runs any number of statements, not kept.
  absl::Status RunScript(const std::string& sql);

  // Between transactions: frees the cached pages, which the system's cache has still. How many
  // bytes they took.
  int64_t Rest();

  // False inside a transaction. Some errors end it by themselves.
  bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  sqlite3* handle() const { return handle_; }
  bool usable() const { return true; }

 private:
  explicit SqliteConnection(sqlite3* handle) : handle_(handle) {}
  absl::Status Configure(const Options& options);

  sqlite3* const handle_;
  absl::flat_hash_map<const char*, std::unique_ptr<SqliteStatement>> statements_;
};

}  // namespace forium::database
