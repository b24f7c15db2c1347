// SPDX-License-Identifier: Apache-2.0
#include "services/auth/names.h"
#include "services/auth/store.h"
#include "services/auth/store_columns.h"
#include "services/auth/tokens.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::auth {

using database::Row;
using database::Statement;

Account ReadAccount(const Row& row, int first) {
  Account account;
  int column = first;
  account.id = row.Int(column++);
  account.username = row.Text(column++);
  account.display_name = row.Text(column++);
  account.role = static_cast<type::v1::Role>(row.Int(column++));
  account.bio = row.Text(column++);
  account.created_at = absl::FromUnixMicros(row.Int(column++));
  account.last_seen_at = absl::FromUnixMicros(row.Int(column++));
  account.suspended = row.Int(column++) != 0;
  if (!row.IsNull(column)) account.suspended_until = absl::FromUnixMicros(row.Int(column));
  ++column;
  account.suspension_reason = row.Text(column++);
  account.staged = row.Int(column++) != 0;
  account.erased = !row.IsNull(column++);
  account.locale = row.Text(column++);
  account.theme = row.Text(column++);
  account.density = row.Text(column++);
  account.time_zone = row.Text(column++);
  account.version = row.Int(column++);
  account.email = row.Text(column++);
  return account;
}

namespace {

constexpr Statement kUser{"user", "SELECT " FORIUM_AUTH_ACCOUNT_COLUMNS
                                  " FROM users u" FORIUM_AUTH_WITH_EMAIL
                                  "WHERE u.id = $1 AND u.erased_at IS NULL"};

}  // namespace

absl::StatusOr<Account> Store::User(int64_t id) {
  std::optional<Account> account;
  RETURN_IF_ERROR(tx_.Query(
      kUser, [&](const Row& row) { account = ReadAccount(row, 0); }, id));
  if (!account) return status::NotFound("There is no such account.");
  return *std::move(account);
}

namespace {

constexpr Statement kFindUser{
    "find_user", "SELECT " FORIUM_AUTH_ACCOUNT_COLUMNS
                 " FROM usernames n JOIN users u ON u.id = n.user_id" FORIUM_AUTH_WITH_EMAIL
                 "WHERE n.name_folded = $1 AND u.erased_at IS NULL"};

}  // namespace

absl::StatusOr<std::optional<Account>> Store::FindUser(const std::string& name_folded) {
  std::optional<Account> account;
  RETURN_IF_ERROR(tx_.Query(
      kFindUser, [&](const Row& row) { account = ReadAccount(row, 0); }, name_folded));
  return account;
}

namespace {

constexpr Statement kImportedUsers{
    "imported_users", "SELECT m.source_id, " FORIUM_AUTH_ACCOUNT_COLUMNS
                      " FROM import_map m JOIN users u ON u.id = m.user_id" FORIUM_AUTH_WITH_EMAIL
                      "WHERE m.source = $1 AND m.source_id IN_LIST($2)"};

}  // namespace

absl::StatusOr<std::map<int64_t, Account>> Store::ImportedUsers(
    std::string_view source, const std::vector<int64_t>& source_ids) {
  std::map<int64_t, Account> accounts;
  RETURN_IF_ERROR(tx_.Query(
      kImportedUsers, [&](const Row& row) { accounts[row.Int(0)] = ReadAccount(row, 1); }, source,
      source_ids));
  return accounts;
}

namespace {

// $1: AccountFilter.
constexpr Statement kListUsers{"list_users", "SELECT " FORIUM_AUTH_ACCOUNT_COLUMNS
                                             " FROM users u" FORIUM_AUTH_WITH_EMAIL
                                             R"(WHERE u.erased_at IS NULL
  AND u.username_folded > $2
  AND CASE CAST($1 AS BIGINT)
        WHEN 1 THEN u.role > 1
        WHEN 2 THEN u.suspended = 1 AND (u.suspended_until IS NULL OR u.suspended_until > $4)
        WHEN 3 THEN u.staged = 1
        ELSE u.staged = 0
      END
  AND (u.username_folded LIKE $3 ESCAPE '!' OR e.email_folded LIKE $3 ESCAPE '!')
ORDER BY u.username_folded
LIMIT $5)"};

std::string ContainsPattern(std::string_view part) {
  std::string pattern = "%";
  for (const char c : part) {
    if (c == '%' || c == '_' || c == '!') pattern.push_back('!');
    pattern.push_back(c);
  }
  return pattern + "%";
}

}  // namespace

absl::StatusOr<std::vector<Account>> Store::ListUsers(AccountFilter filter, const std::string& part,
                                                      const std::string& after, int limit,
                                                      absl::Time now) {
  std::vector<Account> accounts;
  RETURN_IF_ERROR(tx_.Query(
      kListUsers, [&](const Row& row) { accounts.push_back(ReadAccount(row, 0)); }, filter, after,
      ContainsPattern(part), absl::ToUnixMicros(now), limit));
  return accounts;
}

namespace {

constexpr Statement kInsertUser{"insert_user", R"(
INSERT INTO users (id, username, username_folded, display_name, role, bio, created_at, last_seen_at,
                   suspended, suspended_until, suspension_reason, staged, erased_at,
                   locale, theme, density, time_zone, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, NULL, '', $9, NULL, $10, $11, $12, $13, 1)
ON CONFLICT DO NOTHING)"};

}  // namespace

absl::StatusOr<bool> Store::AddUser(Account& account) {
  ASSIGN_OR_RETURN(account.id, tx_.NextId("user"));
  ASSIGN_OR_RETURN(const int64_t inserted,
                   tx_.Execute(kInsertUser, account.id, account.username, Fold(account.username),
                               account.display_name, account.role, account.bio,
                               absl::ToUnixMicros(account.created_at),
                               absl::ToUnixMicros(account.last_seen_at), account.staged,
                               account.locale, account.theme, account.density, account.time_zone));
  account.version = 1;
  if (inserted == 0) return false;
  return TakeName(account, account.username);
}

namespace {

constexpr Statement kSaveUser{"save_user", R"(
UPDATE users
SET username = $2, username_folded = $3, display_name = $4, role = $5, bio = $6, suspended = $7,
    suspended_until = $8, suspension_reason = $9, staged = $10, erased_at = $11,
    locale = $12, theme = $13, density = $14, time_zone = $15, version = version + 1
WHERE id = $1 AND version = $16)"};

}  // namespace

absl::Status Store::SaveUser(Account& account) {
  database::Parameter until = nullptr;
  if (account.suspended_until) until = absl::ToUnixMicros(*account.suspended_until);
  database::Parameter erased_at = nullptr;
  if (account.erased) erased_at = absl::ToUnixMicros(absl::Now());
  ASSIGN_OR_RETURN(
      const int64_t saved,
      tx_.Execute(kSaveUser, account.id, account.username, Fold(account.username),
                  account.display_name, account.role, account.bio, account.suspended, until,
                  account.suspension_reason, account.staged, erased_at, account.locale,
                  account.theme, account.density, account.time_zone, account.version));
  if (saved != 1) return status::Internal("an account changed within the transaction that read it");
  ++account.version;
  return absl::OkStatus();
}

namespace {

// A name that one had before may be taken again, written in any way.
constexpr Statement kTakeName{"take_name", R"(
INSERT INTO usernames (name_folded, username, user_id)
SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BIGINT)
WHERE NOT EXISTS (SELECT 1 FROM retired_names r WHERE r.name_hash = $4)
ON CONFLICT (name_folded) DO UPDATE SET username = excluded.username
WHERE usernames.user_id = excluded.user_id)"};

}  // namespace

absl::StatusOr<bool> Store::TakeName(const Account& account, const std::string& name) {
  const std::string folded = Fold(name);
  ASSIGN_OR_RETURN(const int64_t taken,
                   tx_.Execute(kTakeName, folded, name, account.id, HashOf(folded)));
  return taken == 1;
}

namespace {

constexpr Statement kNameIsFree{"name_is_free", R"(
SELECT 1 WHERE EXISTS (SELECT 1 FROM usernames n WHERE n.name_folded = $1)
            OR EXISTS (SELECT 1 FROM retired_names r WHERE r.name_hash = $2))"};

}  // namespace

absl::StatusOr<bool> Store::NameIsFree(const std::string& name) {
  bool taken = false;
  const std::string folded = Fold(name);
  RETURN_IF_ERROR(tx_.Query(
      kNameIsFree, [&](const Row&) { taken = true; }, folded, HashOf(folded)));
  return !taken;
}

namespace {

constexpr Statement kCountNames{"count_names", "SELECT COUNT(*) FROM usernames WHERE user_id = $1"};

}  // namespace

absl::StatusOr<int64_t> Store::CountNames(int64_t user_id) {
  int64_t count = 0;
  RETURN_IF_ERROR(tx_.Query(
      kCountNames, [&](const Row& row) { count = row.Int(0); }, user_id));
  return count;
}

namespace {

constexpr Statement kMapImportedUser{
    "map_imported_user", "INSERT INTO import_map (source, source_id, user_id) VALUES ($1, $2, $3)"};

}  // namespace

absl::Status Store::MapImportedUser(std::string_view source, int64_t source_id, int64_t user_id) {
  return tx_.Execute(kMapImportedUser, source, source_id, user_id).status();
}

namespace {

constexpr Statement kOtherAdministrator{"other_administrator", R"(
SELECT 1 FROM users
WHERE role = 3 AND suspended = 0 AND erased_at IS NULL AND id <> $1
LIMIT 1)"};

}  // namespace

absl::StatusOr<bool> Store::HasOtherAdministrator(int64_t user_id) {
  bool found = false;
  RETURN_IF_ERROR(tx_.Query(
      kOtherAdministrator, [&](const Row&) { found = true; }, user_id));
  return found;
}

namespace {

constexpr Statement kNamesOf{"names_of", "SELECT name_folded FROM usernames WHERE user_id = $1"};
constexpr Statement kRetireName{
    "retire_name", "INSERT INTO retired_names (name_hash) VALUES ($1) ON CONFLICT DO NOTHING"};
constexpr Statement kDropNames{"drop_names", "DELETE FROM usernames WHERE user_id = $1"};
constexpr Statement kDropEmails{"drop_emails", "DELETE FROM user_emails WHERE user_id = $1"};
constexpr Statement kDropCredentials{"drop_credentials",
                                     "DELETE FROM credentials WHERE user_id = $1"};
constexpr Statement kForgetVisit{"forget_visit",
                                 "UPDATE users SET last_seen_at = created_at WHERE id = $1"};

}  // namespace

absl::Status Store::EraseUser(int64_t user_id) {
  std::vector<std::string> names;
  RETURN_IF_ERROR(tx_.Query(
      kNamesOf, [&](const Row& row) { names.emplace_back(row.Text(0)); }, user_id));
  for (const std::string& name : names) {
    RETURN_IF_ERROR(tx_.Execute(kRetireName, HashOf(name)).status());
  }
  for (const Statement& statement : {kDropNames, kDropEmails, kDropCredentials, kForgetVisit}) {
    RETURN_IF_ERROR(tx_.Execute(statement, user_id).status());
  }
  return absl::OkStatus();
}

}  // namespace forium::auth
