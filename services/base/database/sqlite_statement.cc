// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/base/database/sqlite_connection.h"

namespace forium::database {
namespace {

// How many parameters a text numbers: the n of its highest $n.
int HighestParameter(sqlite3_stmt* handle) {
  int highest = 0;
  for (int index = 1; index <= sqlite3_bind_parameter_count(handle); ++index) {
    const char* const name = sqlite3_bind_parameter_name(handle, index);
    if (name == nullptr || name[0] != '$') continue;
    highest = std::max(highest, std::atoi(name + 1));
  }
  return highest;
}

}  // namespace

SqliteStatement::SqliteStatement(sqlite3_stmt* handle, const Statement& statement)
    : handle_(handle),
      name_(statement.name),
      sql_(statement.sql),
      read_only_(sqlite3_stmt_readonly(handle) != 0) {
  // By name: SQLite numbers parameters in the order in which they appear in the text.
  const int count = HighestParameter(handle);
  for (int number = 1; number <= count; ++number) {
    positions_.push_back(sqlite3_bind_parameter_index(handle, absl::StrCat("$", number).c_str()));
  }
}

SqliteStatement::~SqliteStatement() { sqlite3_finalize(handle_); }

int SqliteStatement::Bind(std::span<const Parameter> parameters) {
  running_ = true;
  if (parameters.size() != positions_.size()) return SQLITE_RANGE;
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (positions_[i] == 0) continue;
    const int code = BindOne(positions_[i], parameters[i]);
    if (code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

int SqliteStatement::BindOne(int index, const Parameter& parameter) {
  if (const auto* number = std::get_if<int64_t>(&parameter)) {
    return sqlite3_bind_int64(handle_, index, *number);
  }
  if (const auto* text = std::get_if<std::string_view>(&parameter)) {
    // An empty view may hold a null pointer, which SQLite would take for NULL.
    return sqlite3_bind_text64(handle_, index, text->empty() ? "" : text->data(), text->size(),
                               SQLITE_STATIC, SQLITE_UTF8);
  }
  if (const auto* blob = std::get_if<Blob>(&parameter)) {
    return sqlite3_bind_blob64(handle_, index, blob->bytes.empty() ? "" : blob->bytes.data(),
                               blob->bytes.size(), SQLITE_STATIC);
  }
  if (const auto* list = std::get_if<IdList>(&parameter)) {
    const std::string json = absl::StrCat("[", absl::StrJoin(list->begin(), list->end(), ","), "]");
    return sqlite3_bind_text64(handle_, index, json.data(), json.size(), SQLITE_TRANSIENT,
                               SQLITE_UTF8);
  }
  if (const auto* real = std::get_if<double>(&parameter)) {
    return sqlite3_bind_double(handle_, index, *real);
  }
  return sqlite3_bind_null(handle_, index);
}

void SqliteStatement::Reset() {
  sqlite3_reset(handle_);
  running_ = false;
}

}  // namespace forium::database
