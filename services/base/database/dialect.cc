// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/dialect.h"

namespace forium::database {
namespace {

bool IsWordCharacter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

// Replaces `phrase` where it stands as whole words.
std::string ReplaceWords(std::string_view sql, std::string_view phrase, std::string_view with) {
  std::string out;
  size_t from = 0;
  for (size_t at = sql.find(phrase); at != std::string_view::npos; at = sql.find(phrase, from)) {
    const size_t end = at + phrase.size();
    const bool whole = (at == 0 || !IsWordCharacter(sql[at - 1])) &&
                       (end == sql.size() || !IsWordCharacter(sql[end]));
    out.append(sql.substr(from, at - from)).append(whole ? with : phrase);
    from = end;
  }
  return out.append(sql.substr(from));
}

// Turns `IN_LIST($n)` into `before` `$n` `after`.
std::string ReplaceInList(std::string_view sql, std::string_view before, std::string_view after) {
  constexpr std::string_view kOpening = "IN_LIST(";
  std::string out;
  size_t from = 0;
  for (size_t at = sql.find(kOpening); at != std::string_view::npos;
       at = sql.find(kOpening, from)) {
    const size_t parameter = at + kOpening.size();
    const size_t closing = sql.find(')', parameter);
    if (closing == std::string_view::npos) break;  // the engine tells what is wrong with it
    out.append(sql.substr(from, at - from)).append(before);
    out.append(sql.substr(parameter, closing - parameter)).append(after);
    from = closing + 1;
  }
  return out.append(sql.substr(from));
}

}  // namespace

std::string StatementForSqlite(std::string_view sql) {
  const std::string text = ReplaceInList(sql, "IN (SELECT value FROM json_each(", "))");
  // SQLite compares bytes, as Postgres does with "C", but knows it by another name.
  return ReplaceWords(text, "COLLATE \"C\"", "COLLATE BINARY");
}

std::string StatementForPostgres(std::string_view sql) {
  return ReplaceInList(sql, "= ANY(CAST(", " AS BIGINT[]))");
}

std::string MigrationForSqlite(std::string_view sql) {
  const std::string text = ReplaceWords(StatementForSqlite(sql), "BYTES_TYPE", "BLOB");
  // Only INTEGER PRIMARY KEY is the row's own key here; with BIGINT it would be a second tree
  // beside it.
  return ReplaceWords(text, "BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY");
}

std::string MigrationForPostgres(std::string_view sql) {
  const std::string text = ReplaceWords(StatementForPostgres(sql), "BYTES_TYPE", "BYTEA");
  // An INTEGER has 64 bits on SQLite and 32 here.
  return ReplaceWords(text, "INTEGER", "BIGINT");
}

}  // namespace forium::database
