// SPDX-License-Identifier: Apache-2.0
#include "services/auth/names.h"
#include "services/auth/store.h"
#include "services/base/status/macros.h"

namespace forium::auth {

using database::Row;
using database::Statement;

namespace {

// A username has no "@", an address has one: at most one of the two matches.
constexpr Statement kFindLogin{"find_login", R"(
SELECT c.user_id, c.password_hash
FROM credentials c JOIN users u ON u.id = c.user_id
WHERE u.erased_at IS NULL
  AND u.id IN (SELECT n.user_id FROM usernames n WHERE n.name_folded = $1
               UNION
               SELECT e.user_id FROM user_emails e WHERE e.email_folded = $1))"};

}  // namespace

absl::StatusOr<Store::Login> Store::FindLogin(const std::string& login_folded) {
  Login login;
  RETURN_IF_ERROR(tx_.Query(
      kFindLogin,
      [&](const Row& row) {
        login = {.user_id = row.Int(0), .password_hash = std::string(row.Text(1))};
      },
      login_folded));
  return login;
}

namespace {

constexpr Statement kPasswordOf{"password_of",
                                "SELECT password_hash FROM credentials WHERE user_id = $1"};

}  // namespace

absl::StatusOr<std::string> Store::PasswordOf(int64_t user_id) {
  std::string hash;
  RETURN_IF_ERROR(tx_.Query(
      kPasswordOf, [&](const Row& row) { hash = row.Text(0); }, user_id));
  return hash;
}

namespace {

constexpr Statement kSetPassword{"set_password", R"(
INSERT INTO credentials (user_id, password_hash, changed_at) VALUES ($1, $2, $3)
ON CONFLICT (user_id) DO UPDATE
SET password_hash = excluded.password_hash, changed_at = excluded.changed_at)"};

}  // namespace

absl::Status Store::SetPassword(int64_t user_id, const std::string& hash, absl::Time now) {
  return tx_.Execute(kSetPassword, user_id, hash, absl::ToUnixMicros(now)).status();
}

namespace {

constexpr Statement kReplacePassword{"replace_password", R"(
UPDATE credentials SET password_hash = $3, changed_at = $4
WHERE user_id = $1 AND password_hash = $2)"};

}  // namespace

absl::StatusOr<bool> Store::ReplacePassword(int64_t user_id, const std::string& old_hash,
                                            const std::string& hash, absl::Time now) {
  ASSIGN_OR_RETURN(const int64_t replaced,
                   tx_.Execute(kReplacePassword, user_id, old_hash, hash, absl::ToUnixMicros(now)));
  return replaced == 1;
}

namespace {

constexpr Statement kDropEmail{"drop_email",
                               "DELETE FROM user_emails WHERE user_id = $1 AND is_primary = 1"};
constexpr Statement kInsertEmail{"insert_email", R"(
INSERT INTO user_emails (email_folded, email, user_id, is_primary) VALUES ($1, $2, $3, 1)
ON CONFLICT DO NOTHING)"};

}  // namespace

absl::StatusOr<bool> Store::SetEmail(int64_t user_id, const std::string& email) {
  RETURN_IF_ERROR(tx_.Execute(kDropEmail, user_id).status());
  ASSIGN_OR_RETURN(const int64_t inserted, tx_.Execute(kInsertEmail, Fold(email), email, user_id));
  return inserted == 1;
}

}  // namespace forium::auth
