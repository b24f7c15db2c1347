// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>

#include <memory>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/base/database/busy.h"
#include "services/base/database/database.h"
#include "services/base/database/deadline.h"
#include "services/base/database/dialect.h"
#include "services/base/database/housekeeping.h"
#include "services/base/database/migrate.h"
#include "services/base/database/pool.h"
#include "services/base/database/sqlite_connection.h"
#include "services/base/database/sqlite_transaction.h"
#include "services/base/database/sqlite_writer.h"
#include "services/base/status/macros.h"

namespace forium::database {
namespace {

constexpr Statement kBegin{"begin", "BEGIN"};
constexpr Statement kBeginImmediate{"begin_immediate", "BEGIN IMMEDIATE"};
constexpr Statement kCommit{"commit", "COMMIT"};
constexpr Statement kRollback{"rollback", "ROLLBACK"};

// A connection that nobody used for so long gives its cache back.
constexpr absl::Duration kRestAfter = absl::Seconds(1);

using Mode = SqliteConnection::Mode;
using SqlitePool = Pool<SqliteConnection>;

SqlitePool::Open Opener(const SqliteOptions& options, Mode mode) {
  return [connection = SqliteConnection::Options{options.path, options.vfs, mode}] {
    return SqliteConnection::Open(connection);
  };
}

// Begins, runs and ends a transaction on the calling thread.
absl::Status InTransaction(SqliteConnection& connection, Mode mode, const Statement& begin,
                           Database::Body body) {
  RETURN_IF_ERROR(connection.Run(begin));
  SqliteTransaction transaction(connection, mode);
  absl::Status status = transaction.Run(body);
  if (StatementCounter* const counter = StatementCounter::Current()) {
    counter->Add(transaction.statements());
  }
  if (status.ok()) status = connection.Run(kCommit);
  if (connection.in_transaction()) (void)connection.Run(kRollback);
  return status;
}

class SqliteDatabase final : public Database {
 public:
  explicit SqliteDatabase(const SqliteOptions& options)
      : writing_(Opener(options, Mode::kReadWrite), 1, PoolMeter::Sqlite()),
        readers_(Opener(options, Mode::kReadOnly), options.readers, PoolMeter::Sqlite()),
        // A database in memory is its one connection: readers and the writer take turns.
        reading_(options.path.empty() ? writing_ : readers_),
        writer_(writing_) {
    // A database in memory is nowhere else than in its cache.
    if (!options.path.empty()) housekeeping_ = Housekeeping::Add([this] { RestIdle(); });
  }

  absl::Status Open(const std::string& path, std::span<const Migration> migrations) {
    ASSIGN_OR_RETURN(const SqlitePool::Lease connection, writing_.Get());
    const MigrationTarget target{
        .name = path.empty() ? "in memory" : path,
        .in_locked_transaction =
            [&](Body body) {
              return InTransaction(*connection, Mode::kReadWrite, kBeginImmediate, body);
            },
        .run_script =
            [&](std::string_view sql) { return connection->RunScript(MigrationForSqlite(sql)); },
    };
    return Migrate(target, migrations);
  }

  absl::Status Read(Body body) override {
    const absl::StatusOr<SqlitePool::Lease> connection = reading_.Get(Deadline::Current());
    if (absl::IsDeadlineExceeded(connection.status())) return Busy();
    RETURN_IF_ERROR(connection.status());
    return InTransaction(**connection, Mode::kReadOnly, kBegin, body);
  }

  absl::Status Write(Body body) override { return writer_.Write(body); }
  void OnCommit(std::function<void()> fn) override { writer_.OnCommit(std::move(fn)); }
  absl::Status CopyTo(const std::string& path) override;

 private:
  void RestIdle() {
    const absl::Time since = absl::Now() - kRestAfter;
    readers_.RestIdle(since);
    writing_.RestIdle(since);
  }

  SqlitePool writing_;
  SqlitePool readers_;
  SqlitePool& reading_;
  SqliteWriter writer_;
  std::unique_ptr<Housekeeping::Task> housekeeping_;  // last: it ends first
};

absl::Status SqliteDatabase::CopyTo(const std::string& path) {
  ASSIGN_OR_RETURN(const SqlitePool::Lease source, reading_.Get());
  ASSIGN_OR_RETURN(const auto copy,
                   SqliteConnection::Open({.path = path, .mode = Mode::kReadWrite}));
  // In one step: writers go on beside it, as a WAL lets them, and the copy is one point in time.
  sqlite3_backup* const backup =
      sqlite3_backup_init(copy->handle(), "main", source->handle(), "main");
  if (backup == nullptr)
    return SqliteError(copy->handle(), sqlite3_errcode(copy->handle()), "copy");
  const int code = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  if (code != SQLITE_DONE) return SqliteError(copy->handle(), code, "copy");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const SqliteOptions& options,
                                                     std::span<const Migration> migrations) {
  auto database = std::make_unique<SqliteDatabase>(options);
  RETURN_IF_ERROR(database->Open(options.path, migrations));
  return database;
}

}  // namespace forium::database
