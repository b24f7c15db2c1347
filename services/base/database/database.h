// SPDX-License-Identifier: Apache-2.0
// One database of one tenant, on SQLite or Postgres. SQL is written once for both engines
// (README.md beside this says what is portable). Thread-safe; Read and Write block the calling
// thread, so they run on worker threads only.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace forium::database {

// A statement of a store: a constexpr constant directly above the method that runs it. `name` is
// its metric label. Parameters are $1, $2, …; `IN_LIST($n)` takes an IdList and is rewritten for
// the engine
// (`IN (SELECT value FROM json_each(?n))` or `= ANY(CAST($n AS BIGINT[]))`).
struct Statement {
  std::string_view name;
  std::string_view sql;
};

struct Blob {
  std::string_view bytes;
};
using IdList = std::span<const int64_t>;
// nullptr binds NULL. Text and blobs must outlive the call; bool binds 0 or 1.
using Parameter = std::variant<std::nullptr_t, int64_t, double, std::string_view, Blob, IdList>;

// A row of a result; valid inside the callback only, as are the views it gives.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool IsNull(int column) const = 0;
  virtual int64_t Int(int column) const = 0;  // 0 for NULL
  virtual double Real(int column) const = 0;
  virtual std::string_view Text(int column) const = 0;  // empty for NULL; blobs too
};

// The statements of one Read or Write. Not thread-safe. The first statement that fails ends the
// transaction: later ones answer the same error, and Read or Write answers it even if the body does
// not (both engines alike). Expect conflicts with `ON CONFLICT`, not by looking at errors. Errors:
// AlreadyExists (unique), FailedPrecondition (foreign key), ResourceExhausted (disk full),
// Unavailable, and Internal for the rest; the engine's own words are the private cause
// (status::CauseOf).
class Transaction {
 public:
  virtual ~Transaction() = default;

  // Runs a query; `each` is called for every row and may stop it by returning an error.
  virtual absl::Status QueryRows(const Statement& statement, std::span<const Parameter> parameters,
                                 absl::FunctionRef<absl::Status(const Row&)> each) = 0;

  // Convenience over QueryRows: `tx.Query(kStatement, each, args…)` with `each(const Row&)`
  // returning void.
  template <typename Each, typename... Args>
  absl::Status Query(const Statement& statement, Each&& each, const Args&... args) {
    const std::array<Parameter, sizeof...(Args)> parameters{Bind(args)...};
    return QueryRows(statement, parameters, [&each](const Row& row) {
      each(row);
      return absl::OkStatus();
    });
  }

  // Runs a statement without a result; the number of rows it changed.
  template <typename... Args>
  absl::StatusOr<int64_t> Execute(const Statement& statement, const Args&... args) {
    const std::array<Parameter, sizeof...(Args)> parameters{Bind(args)...};
    return ExecuteRows(statement, parameters);
  }
  virtual absl::StatusOr<int64_t> ExecuteRows(const Statement& statement,
                                              std::span<const Parameter> parameters) = 0;

  // The next id of a kind (`topic`, `post`, …) from the sequence table: never reused. Writes only.
  virtual absl::StatusOr<int64_t> NextId(std::string_view kind) = 0;
  // Makes later ids of the kind larger than `id` (imports keep foreign ids).
  virtual absl::Status RaiseId(std::string_view kind, int64_t id) = 0;

 private:
  static Parameter Bind(std::nullptr_t) { return nullptr; }
  static Parameter Bind(bool value) { return static_cast<int64_t>(value); }
  template <typename T>
  requires(std::is_integral_v<T> || std::is_enum_v<T>) static Parameter Bind(T value) {
    return static_cast<int64_t>(value);
  }
  static Parameter Bind(double value) { return value; }
  static Parameter Bind(std::string_view value) { return value; }
  static Parameter Bind(const std::string& value) { return std::string_view(value); }
  static Parameter Bind(const char* value) { return std::string_view(value); }
  static Parameter Bind(Blob value) { return value; }
  static Parameter Bind(const std::vector<int64_t>& value) { return IdList(value); }
  static Parameter Bind(const Parameter& value) { return value; }
  template <typename T>
  static Parameter Bind(const std::optional<T>& value) {
    return value.has_value() ? Bind(*value) : Parameter(nullptr);
  }
};

class Database {
 public:
  virtual ~Database() = default;

  using Body = absl::FunctionRef<absl::Status(Transaction&)>;

  // One read transaction: a snapshot. `body` must not change anything and may run again (Postgres).
  virtual absl::Status Read(Body body) = 0;
  // One write transaction; durable when it returns OK. If `body` fails, nothing of it stays. May
  // run again (Postgres). On SQLite it runs on the writer's thread together with other waiting
  // writes (group commit).
  virtual absl::Status Write(Body body) = 0;

  // `fn` runs after each committed group of writes, on no particular thread, perhaps the writer's:
  // it must be short and must not use the database. For the event relay. Set once, at start.
  virtual void OnCommit(std::function<void()> fn) = 0;

  // A consistent copy of the database as a file (SQLite: VACUUM-free online copy; Postgres:
  // Unimplemented).
  virtual absl::Status CopyTo(const std::string& path) = 0;
};

// One migration: number, name, and SQL of one or more statements; embedded from
// migrations/NNNN_verb_noun.sql.
struct Migration {
  int number;
  std::string_view name;
  std::string_view sql;
};

struct SqliteOptions {
  // A file, or empty for a database in memory (tests).
  std::string path = {};
  // Connections for reading, made when first needed; a Read waits when all are in use.
  int readers = 4;
  // Name of a registered sqlite3_vfs; empty for the usual one.
  std::string vfs = {};
};
// Opens and migrates. Errors: FailedPrecondition when the schema is newer than this binary knows.
absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const SqliteOptions& options,
                                                     std::span<const Migration> migrations);

struct PostgresOptions {
  // libpq connection string.
  std::string dsn = {};
  // Schema that holds the tables, made when missing; empty: the connection's own (`public`).
  std::string schema = {};
  // Opened when needed; a call waits when all are in use.
  int connections = 8;
  absl::Duration retry_for = absl::Seconds(5);
  // A statement that runs for longer is ended by the server; UNAVAILABLE.
  absl::Duration statement_timeout = absl::Seconds(10);
  // A connection that nobody used for so long is closed.
  absl::Duration idle_timeout = absl::Seconds(60);
};
absl::StatusOr<std::unique_ptr<Database>> OpenPostgres(const PostgresOptions& options,
                                                       std::span<const Migration> migrations);

// Statements that ran on this thread's requests. Read and Write count onto the counter that is
// current on the calling thread, if one is (also for writes that run on the writer's thread).
class StatementCounter {
 public:
  StatementCounter();   // becomes current
  ~StatementCounter();  // the one before is current again
  StatementCounter(const StatementCounter&) = delete;
  StatementCounter& operator=(const StatementCounter&) = delete;
  static StatementCounter* Current();
  void Add(int statements) { count_ += statements; }
  int count() const { return count_; }

 private:
  StatementCounter* previous_;
  int count_ = 0;
};

}  // namespace forium::database
