// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <pqxx/pqxx>
#include <type_traits>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "services/base/database/database.h"
#include "services/base/database/dialect.h"
#include "services/base/database/migrate.h"
#include "services/base/database/pool.h"
#include "services/base/database/postgres_connection.h"
#include "services/base/database/postgres_transaction.h"
#include "services/base/database/turns.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::database {
namespace {

using Reading =
    pqxx::transaction<pqxx::isolation_level::repeatable_read, pqxx::readwrite_policy::read_only>;
// Each write sees the database as if it ran alone, which is what it gets on SQLite.
using Writing = pqxx::transaction<pqxx::isolation_level::serializable>;
// Sees what others committed while it waited for the lock.
using Migrating = pqxx::transaction<pqxx::isolation_level::read_committed>;

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
        pool_([this] { return PostgresConnection::Open(options_); }, options.connections) {}

  absl::Status Open(std::span<const Migration> migrations);
  absl::Status Read(Body body) override { return Retry<Reading>(body); }
  absl::Status Write(Body body) override {
    RETURN_IF_ERROR(Retry<Writing>(body));
    std::function<void()> on_commit;
    {
      absl::MutexLock lock(&mutex_);
      on_commit = on_commit_;
    }
    if (on_commit) on_commit();
    return absl::OkStatus();
  }
  void OnCommit(std::function<void()> fn) override {
    absl::MutexLock lock(&mutex_);
    on_commit_ = std::move(fn);
  }
  absl::Status CopyTo(const std::string&) override {
    return absl::UnimplementedError("A Postgres database is copied with pg_dump.");
  }

 private:
  // Runs `body` until it succeeds, fails for good, or `retry_for` is over.
  template <typename TransactionKind>
  absl::Status Retry(Body body);
  template <typename TransactionKind>
  PostgresError RunOnce(PostgresConnection& connection, Body body);
  absl::Status MakeSchema(PostgresTransaction& tx);
  // Waits before attempt number `attempt` (from 1). False: it is too late for another.
  bool WaitToRetry(int attempt, absl::Time until);

  const PostgresOptions options_;

  // Writes that meet in the same rows (a sequence, for example) cost each other retries, the more
  // of them the worse. So a write that lost, and this many after it, take turns.
  static constexpr int kTurnsAfterConflict = 64;
  std::atomic<int> orderly_writes_ = 0;
  Turns turns_;

  absl::Mutex mutex_;
  std::function<void()> on_commit_ ABSL_GUARDED_BY(mutex_);

  Pool<PostgresConnection> pool_;
};

template <typename TransactionKind>
PostgresError PostgresDatabase::RunOnce(PostgresConnection& connection, Body body) {
  try {
    TransactionKind handle(connection.handle());
    PostgresTransaction transaction(connection, handle);
    absl::Status status = body(transaction);
    if (StatementCounter* const counter = StatementCounter::Current()) {
      counter->Add(transaction.statements());
    }
    // The transaction's destructor rolls back.
    if (!transaction.failed().status.ok()) return transaction.failed();
    if (!status.ok()) return {Kind::kFinal, std::move(status)};
    handle.commit();
    return {};
  } catch (const std::exception&) {
    return connection.CurrentError("transaction");
  }
}

template <typename TransactionKind>
absl::Status PostgresDatabase::Retry(Body body) {
  constexpr bool kWrites = std::is_same_v<TransactionKind, Writing>;
  const absl::Time until = absl::Now() + options_.retry_for;
  PostgresError error;
  for (int attempt = 1;; ++attempt) {
    {
      const bool lost = error.kind == Kind::kConflict;
      const bool orderly = kWrites && (lost || (orderly_writes_ > 0 && orderly_writes_-- > 0));
      // Before a connection is taken, which readers need.
      const Turns::Turn turn(orderly ? &turns_ : nullptr);
      absl::StatusOr<Pool<PostgresConnection>::Lease> connection = pool_.Get();
      error = connection.ok() ? RunOnce<TransactionKind>(**connection, body)
                              : PostgresError{Kind::kLost, connection.status()};
    }
    if (error.kind == Kind::kFinal || error.kind == Kind::kInDoubt) return error.status;
    if (error.kind == Kind::kLost) pool_.DropIdle();
    if (error.kind == Kind::kConflict) {
      orderly_writes_ = kTurnsAfterConflict;
      if (kWrites && attempt == 1) continue;  // waits for its turn instead
    }
    if (!WaitToRetry(attempt, until)) return error.status;
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
            return Retry<Migrating>([&](Transaction& tx) {
              current = static_cast<PostgresTransaction*>(&tx);
              RETURN_IF_ERROR(current->RunScript(kLockMigrations));
              RETURN_IF_ERROR(MakeSchema(*current));
              return body(tx);
            });
          },
      .run_script =
          [&](std::string_view sql) { return current->RunScript(MigrationForPostgres(sql)); },
  };
  return Migrate(target, migrations);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenPostgres(const PostgresOptions& options,
                                                       std::span<const Migration> migrations) {
  auto database = std::make_unique<PostgresDatabase>(options);
  RETURN_IF_ERROR(database->Open(migrations));
  return database;
}

}  // namespace forium::database
