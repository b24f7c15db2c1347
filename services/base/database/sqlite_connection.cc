// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/sqlite_connection.h"

#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/database/dialect.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::database {
namespace {

constexpr int kBusyTimeoutMilliseconds = 5000;

// Cache per connection, as PRAGMA cache_size wants it: negative, in KiB. A process keeps a few
// readers for each of its databases, and the system's page cache stands behind them.
constexpr std::string_view kReaderCache = "-2048";
constexpr std::string_view kWriterCache = "-4096";

// Once a process, before the first connection: no lock and no statistics around each allocation.
void ConfigureLibrary() {
  static std::once_flag once;
  std::call_once(once, [] {
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  });
}

bool IsBlank(std::string_view sql) {
  return sql.find_first_not_of(" \t\r\n;") == std::string_view::npos;
}

int OpenFlags(const SqliteConnection::Options& options) {
  const int shared = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (options.path.empty()) return shared | SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY;
  if (options.mode == SqliteConnection::Mode::kReadOnly) return shared | SQLITE_OPEN_READONLY;
  return shared | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteConnection>> SqliteConnection::Open(const Options& options) {
  ConfigureLibrary();
  sqlite3* handle = nullptr;
  const std::string path = options.path.empty() ? ":memory:" : options.path;
  const int code = sqlite3_open_v2(path.c_str(), &handle, OpenFlags(options),
                                   options.vfs.empty() ? nullptr : options.vfs.c_str());
  // The handle is there, and must be closed, even if opening failed.
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(handle));
  if (code != SQLITE_OK) return SqliteError(handle, code, absl::StrCat("opening ", path));
  RETURN_IF_ERROR(connection->Configure(options));
  return connection;
}

SqliteConnection::~SqliteConnection() {
  statements_.clear();
  sqlite3_close_v2(handle_);
}

absl::Status SqliteConnection::Configure(const Options& options) {
  sqlite3_busy_timeout(handle_, kBusyTimeoutMilliseconds);
  const bool writes = options.mode == Mode::kReadWrite;
  if (writes) {
    // journal_size_limit: a WAL that a long read let grow is cut again afterwards.
    RETURN_IF_ERROR(
        RunScript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                  "PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 67108864;"
                  "PRAGMA secure_delete = FAST;"));
  }
  const std::string_view cache = writes ? kWriterCache : kReaderCache;
  return RunScript(
      absl::StrCat("PRAGMA temp_store = MEMORY; PRAGMA cache_size = ", std::string(cache), ";"));
}

absl::StatusOr<SqliteStatement*> SqliteConnection::Prepare(const Statement& statement) {
  std::unique_ptr<SqliteStatement>& kept = statements_[statement.sql.data()];
  // The text is compared as well, for statements that are not constants.
  if (kept != nullptr && kept->sql() == statement.sql) return kept.get();
  const std::string text = StatementForSqlite(statement.sql);
  sqlite3_stmt* handle = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(handle_, text.c_str(), static_cast<int>(text.size() + 1),
                                      SQLITE_PREPARE_PERSISTENT, &handle, &rest);
  if (code != SQLITE_OK || handle == nullptr || !IsBlank(rest)) {
    sqlite3_finalize(handle);
    statements_.erase(statement.sql.data());
    if (code != SQLITE_OK) return SqliteError(handle_, code, statement.name);
    return status::Internal(
        absl::StrCat(std::string(statement.name), ": not exactly one statement"));
  }
  kept = std::make_unique<SqliteStatement>(handle, statement);
  return kept.get();
}

absl::Status SqliteConnection::Run(const Statement& statement) {
  ASSIGN_OR_RETURN(SqliteStatement* const prepared, Prepare(statement));
  const int code = prepared->Step();
  absl::Status status =
      code == SQLITE_DONE ? absl::OkStatus() : SqliteError(handle_, code, statement.name);
  prepared->Reset();
  return status;
}

int64_t SqliteConnection::Rest() {
  const auto used = [this] {
    int now = 0;
    int highest = 0;
    sqlite3_db_status(handle_, SQLITE_DBSTATUS_CACHE_USED, &now, &highest, 0);
    return int64_t{now};
  };
  const int64_t before = used();
  sqlite3_db_release_memory(handle_);
  return before - used();
}

absl::Status SqliteConnection::RunScript(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : SqliteError(handle_, code, "script");
}

}  // namespace forium::database
