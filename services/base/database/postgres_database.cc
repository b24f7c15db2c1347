// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <memory>
#include <pqxx/pqxx>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "services/base/database/busy.h"
#include "services/base/database/database.h"
#include "services/base/database/deadline.h"
#include "services/base/database/dialect.h"
#include "services/base/database/housekeeping.h"
#include "services/base/database/meters.h"
#include "services/base/database/migrate.h"
#include "services/base/database/pool.h"
#include "services/base/database/postgres_connection.h"
#include "services/base/database/postgres_lock.h"
#include "services/base/database/postgres_signals.h"
#include "services/base/database/postgres_transaction.h"
#include "services/base/database/postgres_watch.h"
#include "services/base/database/turns.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::database {
namespace {

enum class Purpose { kRead, kWrite, kMigrate };

const std::string& Begin(Purpose purpose) {
  static const std::string& read =
      *new std::string("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  // Each write sees the database as if it ran alone, which is what it gets on SQLite. Its number
  // tells later what became of it, if the connection is lost in the commit.
  static const std::string& write = *new std::string(
      "BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT pg_catalog.pg_current_xact_id()");
  // Sees what others committed while it waited for the lock.
  static const std::string& migrate = *new std::string("BEGIN ISOLATION LEVEL READ COMMITTED");
  switch (purpose) {
    case Purpose::kRead:
      return read;
    case Purpose::kWrite:
      return write;
    case Purpose::kMigrate:
      return migrate;
  }
  std::abort();
}

constexpr char kCommit[] = "COMMIT";
constexpr char kRollback[] = "ROLLBACK";
// How long a call without a deadline waits for a connection.
constexpr absl::Duration kLongestWait = absl::Seconds(30);

// A write that may or may not have been committed.
struct Doubt {
  std::string number;
  std::string epoch;  // of the server that gave the number
};

// Held while migrating; any number will do, as long as nobody else takes it in these databases.
// They take as long as they take, and so does waiting for another process's.
constexpr char kLockMigrations[] =
    "SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock(7053128541)";

constexpr Statement kHasSchema{"has_schema", R"(
SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1)"};

using Kind = PostgresError::Kind;

class PostgresDatabase final : public Database {
 public:
  explicit PostgresDatabase(const PostgresOptions& options)
      : options_(options),
        watch_(options_),
        pool_([this] { return PostgresConnection::Open(options_); }, options.connections,
              PoolMeter::Postgres()),
        housekeeping_(Housekeeping::Add([this] {
          watch_.Look();
          pool_.CloseIdle(absl::Now() - options_.idle_timeout);
        })) {}

  absl::Status Open(std::span<const Migration> migrations);
  absl::Status Read(Body body) override { return Retry(Purpose::kRead, body); }
  absl::Status Write(Body body) override {
    RETURN_IF_ERROR(Retry(Purpose::kWrite, body));
    std::function<void()> on_commit;
    {
      absl::MutexLock lock(&mutex_);
      on_commit = on_commit_;
      if (signals_ != nullptr) signals_->Committed();
    }
    if (on_commit) on_commit();
    return absl::OkStatus();
  }
  void OnCommit(std::function<void()> fn) override {
    auto signals = fn ? std::make_unique<PostgresSignals>(options_, watch_, fn) : nullptr;
    absl::MutexLock lock(&mutex_);
    on_commit_ = std::move(fn);
    signals_.swap(signals);
  }
  absl::Status CopyTo(const std::string&) override {
    return absl::UnimplementedError("A Postgres database is copied with pg_dump.");
  }

 private:
  // Runs `body` until it succeeds, fails for good, or `retry_for` or the caller's deadline is over.
  absl::Status Retry(Purpose purpose, Body body);
  // Fills `doubt` when it answers kInDoubt.
  PostgresError RunOnce(PostgresConnection& connection, Purpose purpose, Body body, Doubt* doubt);
  PostgresError RunIn(PostgresConnection& connection, pqxx::transaction_base& handle,
                      Purpose purpose, Body body, Doubt* doubt);
  // Takes a connection, in turn if `orderly`, and runs once.
  PostgresError Attempt(Purpose purpose, Body body, bool orderly, Doubt* doubt);
  // Asks the server, again and again until then, what became of a write: an OK status if it was
  // committed, kLost if it was not, kInDoubt if that stays unknown.
  PostgresError Resolve(const Doubt& doubt, const PostgresError& error, absl::Time until);
  // kInDoubt: not known yet.
  PostgresError::Kind Ask(PostgresConnection& connection, const Doubt& doubt, bool* committed);
  absl::Status MakeSchema(PostgresTransaction& tx);
  // Waits before attempt number `attempt` (from 1). False: it is too late for another.
  bool WaitToRetry(int attempt, absl::Time until);

  const PostgresOptions options_;

  // Writes that meet in the same rows (a sequence, for example) cost each other retries, the more
  // of them the worse. So a write that lost, and this many after it, take turns.
  static constexpr int kTurnsAfterConflict = 64;
  std::atomic<int> orderly_writes_ = 0;
  Turns turns_;

  PostgresWatch watch_;

  absl::Mutex mutex_;
  std::function<void()> on_commit_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<PostgresSignals> signals_ ABSL_GUARDED_BY(mutex_);

  Pool<PostgresConnection> pool_;
  const std::unique_ptr<Housekeeping::Task> housekeeping_;
};

PostgresError PostgresDatabase::RunOnce(PostgresConnection& connection, Purpose purpose, Body body,
                                        Doubt* doubt) {
  const PostgresWatch::Presence presence(watch_, connection);
  try {
    pqxx::nontransaction handle(connection.handle());
    PostgresError error = RunIn(connection, handle, purpose, body, doubt);
    const bool open = error.kind == Kind::kFinal || error.kind == Kind::kConflict;
    if (open && !error.status.ok() && connection.usable()) connection.Run(handle, kRollback);
    return error;
  } catch (const std::exception&) {
    return connection.CurrentError("transaction");
  }
}

PostgresError PostgresDatabase::RunIn(PostgresConnection& connection,
                                      pqxx::transaction_base& handle, Purpose purpose, Body body,
                                      Doubt* doubt) {
  bool committing = false;
  try {
    const pqxx::result begun = connection.Run(handle, Begin(purpose));
    if (purpose == Purpose::kWrite) *doubt = {begun.at(0).at(0).c_str(), connection.epoch()};
    PostgresTransaction transaction(connection, handle);
    absl::Status status = body(transaction);
    if (StatementCounter* const counter = StatementCounter::Current()) {
      counter->Add(transaction.statements());
    }
    if (!transaction.failed().status.ok()) return transaction.failed();
    if (!status.ok()) return {Kind::kFinal, std::move(status)};
    committing = true;
    connection.Run(handle, kCommit);
    return {};
  } catch (const std::exception&) {
    PostgresError error = connection.CurrentError(committing ? "commit" : "transaction");
    if (committing && error.kind == Kind::kLost && purpose == Purpose::kWrite)
      error.kind = Kind::kInDoubt;
    return error;
  }
}

PostgresError PostgresDatabase::Attempt(Purpose purpose, Body body, bool orderly, Doubt* doubt) {
  const absl::Time until = std::min(Deadline::Current(), absl::Now() + kLongestWait);
  // Before a connection is taken, which readers need.
  const Turns::Turn turn(orderly ? &turns_ : nullptr, until);
  if (!turn.came()) return {Kind::kFinal, Busy()};
  absl::StatusOr<Pool<PostgresConnection>::Lease> connection = pool_.Get(until);
  if (connection.ok()) return RunOnce(**connection, purpose, body, doubt);
  if (absl::IsDeadlineExceeded(connection.status())) return {Kind::kFinal, Busy()};
  return {absl::IsUnavailable(connection.status()) ? Kind::kLost : Kind::kFinal,
          connection.status()};
}

absl::Status PostgresDatabase::Retry(Purpose purpose, Body body) {
  const bool writes = purpose == Purpose::kWrite;
  const absl::Time until = std::min(absl::Now() + options_.retry_for, Deadline::Current());
  PostgresMeter& meter = PostgresMeter::Get();
  PostgresError error;
  for (int attempt = 1;; ++attempt) {
    const bool conflict = error.kind == Kind::kConflict;
    const bool orderly = writes && (conflict || (orderly_writes_ > 0 && orderly_writes_-- > 0));
    Doubt doubt;
    error = Attempt(purpose, body, orderly, &doubt);
    if (error.kind == Kind::kInDoubt) {
      pool_.DropIdle();
      error = Resolve(doubt, error, until);
      if (error.kind == Kind::kInDoubt) meter.in_doubt.Increment();
    }
    if (error.kind == Kind::kFinal || error.kind == Kind::kInDoubt) return error.status;
    if (error.kind == Kind::kLost) {
      meter.lost.Increment();
      pool_.DropIdle();
    }
    if (error.kind == Kind::kConflict) {
      meter.conflicts.Increment();
      orderly_writes_ = kTurnsAfterConflict;
      if (writes && attempt == 1) continue;  // waits for its turn instead
    }
    if (!WaitToRetry(attempt, until)) return error.status;
  }
}

PostgresError PostgresDatabase::Resolve(const Doubt& doubt, const PostgresError& error,
                                        absl::Time until) {
  for (int attempt = 1;; ++attempt) {
    {
      const auto connection = pool_.Get(until);
      if (connection.ok()) {
        if ((*connection)->epoch() != doubt.epoch) return error;
        bool committed = false;
        const Kind kind = Ask(**connection, doubt, &committed);
        if (committed) return {};
        if (kind == Kind::kLost) return {Kind::kLost, error.status};
      }
    }
    if (!WaitToRetry(attempt, until)) return error;
  }
}

Kind PostgresDatabase::Ask(PostgresConnection& connection, const Doubt& doubt, bool* committed) {
  const PostgresWatch::Presence presence(watch_, connection);
  try {
    pqxx::nontransaction handle(connection.handle());
    const pqxx::result answer = connection.Run(
        handle,
        absl::StrCat("SELECT pg_catalog.pg_xact_status('", doubt.number, "'::pg_catalog.xid8)"));
    const std::string_view state = answer.at(0).at(0).c_str();
    *committed = state == "committed";
    return state == "aborted" ? Kind::kLost : Kind::kInDoubt;
  } catch (const std::exception&) {
    return Kind::kInDoubt;
  }
}

bool PostgresDatabase::WaitToRetry(int attempt, absl::Time until) {
  // 1 ms, doubling to 64 ms; half of it by chance, so that two in conflict do not meet again.
  const absl::Duration longest = absl::Milliseconds(1 << std::min(attempt - 1, 6));
  thread_local absl::InsecureBitGen random;
  const absl::Duration wait = longest * absl::Uniform(random, 0.5, 1.0);
  if (absl::Now() + wait >= until) return false;
  absl::SleepFor(wait);
  return true;
}

// `IF NOT EXISTS` would need the right to make schemas even where it is there.
absl::Status PostgresDatabase::MakeSchema(PostgresTransaction& tx) {
  if (options_.schema.empty()) return absl::OkStatus();
  bool there = false;
  RETURN_IF_ERROR(tx.Query(
      kHasSchema, [&](const Row&) { there = true; }, options_.schema));
  if (there) return absl::OkStatus();
  return tx.RunScript(absl::StrCat("CREATE SCHEMA ", QuotedName(options_.schema)));
}

absl::Status PostgresDatabase::Open(std::span<const Migration> migrations) {
  std::string name;
  {
    ASSIGN_OR_RETURN(const auto connection, pool_.Get());
    name = connection->handle().dbname();
  }
  PostgresTransaction* current = nullptr;
  const MigrationTarget target{
      .name = name,
      .in_locked_transaction =
          [&](Body body) {
            return Retry(Purpose::kMigrate, [&](Transaction& tx) {
              current = static_cast<PostgresTransaction*>(&tx);
              RETURN_IF_ERROR(current->RunScript(kLockMigrations));
              RETURN_IF_ERROR(MakeSchema(*current));
              return body(tx);
            });
          },
      .run_script =
          [&](std::string_view sql) { return current->RunScript(MigrationForPostgres(sql)); },
  };
  RETURN_IF_ERROR(Migrate(target, migrations));
  return Retry(Purpose::kRead, [&](Transaction& tx) -> absl::Status {
    const std::string share = ShareLockOfTransaction(options_.schema);
    bool free = false;
    RETURN_IF_ERROR(
        tx.Query({"share_lock", share}, [&](const Row& row) { free = row.Int(0) == 1; }));
    if (free) return absl::OkStatus();
    return status::Error(
        absl::StatusCode::kFailedPrecondition, type::v1::WRONG_STATE,
        absl::StrCat("The database ", name, " is being moved; start when that has ended."));
  });
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenPostgres(const PostgresOptions& options,
                                                       std::span<const Migration> migrations) {
  auto database = std::make_unique<PostgresDatabase>(options);
  RETURN_IF_ERROR(database->Open(migrations));
  return database;
}

}  // namespace forium::database
