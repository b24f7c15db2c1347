// SPDX-License-Identifier: Apache-2.0
// What SQLite's result codes mean to a caller.
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "services/base/database/sqlite_connection.h"
#include "services/base/status/status.h"

namespace forium::database {
namespace {

bool DiskIsFull(sqlite3* db, int code) {
  if ((code & 0xff) == SQLITE_FULL) return true;
  // Growing the -shm file, for example, tells it by errno only.
  const int cause = (code & 0xff) == SQLITE_IOERR && db != nullptr ? sqlite3_system_errno(db) : 0;
  return cause == ENOSPC || cause == EDQUOT;
}

absl::Status PublicError(sqlite3* db, int code) {
  using absl::StatusCode;
  if (DiskIsFull(db, code)) {
    return status::Error(StatusCode::kResourceExhausted, type::v1::STORAGE_FULL,
                         "The server's disk is full; nothing was changed. Tell an administrator.");
  }
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return absl::AlreadyExistsError("It exists already.");
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return status::Error(
          StatusCode::kFailedPrecondition, type::v1::WRONG_STATE,
          "Something that this refers to is not there, or something else still refers to it.");
    default:
      break;
  }
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return status::Error(StatusCode::kUnavailable, type::v1::UNAVAILABLE,
                           "The database is busy. Try again in a moment.");
    default:
      return status::Internal("");
  }
}

}  // namespace

absl::Status SqliteError(sqlite3* db, int code, std::string_view what) {
  const char* const message = db == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db);
  return status::WithCause(PublicError(db, code), absl::StrCat(std::string(what), ": ", message,
                                                               " (SQLite code ", code, ")"));
}

}  // namespace forium::database
