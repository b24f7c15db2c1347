// SPDX-License-Identifier: Apache-2.0
#include "services/auth/new_account.h"

#include "services/auth/events.h"
#include "services/auth/passwords.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::auth {

absl::Status UsernameTaken() {
  status::ErrorDetail detail;
  detail.set_reason(type::v1::USERNAME_TAKEN);
  detail.set_field("username");
  return status::Error(absl::StatusCode::kAlreadyExists, detail,
                       "This username is taken. Choose another one.");
}

absl::Status EmailTaken() {
  status::ErrorDetail detail;
  detail.set_reason(type::v1::EMAIL_TAKEN);
  detail.set_field("email");
  return status::Error(absl::StatusCode::kAlreadyExists, detail,
                       "There is an account with this e-mail address already. Sign in instead.");
}

absl::StatusOr<NewAccount> CheckNewAccount(std::string_view username, std::string_view email,
                                           std::string_view password, std::string_view locale,
                                           NameChoice choice) {
  NewAccount wanted;
  ASSIGN_OR_RETURN(wanted.username, CheckUsername(username, choice));
  ASSIGN_OR_RETURN(wanted.email, CheckEmail(email));
  RETURN_IF_ERROR(Passwords::Check(password, "password", {wanted.username, wanted.email}));
  ASSIGN_OR_RETURN(wanted.locale, CheckLocale(locale));
  return wanted;
}

absl::StatusOr<Account> AddAccount(Store& store, const NewAccount& wanted, absl::Time now) {
  Account account;
  account.username = wanted.username;
  account.role = wanted.role;
  account.locale = wanted.locale;
  account.created_at = now;
  account.last_seen_at = now;
  ASSIGN_OR_RETURN(const bool added, store.AddUser(account));
  if (!added) return UsernameTaken();
  ASSIGN_OR_RETURN(const bool reachable, store.SetEmail(account.id, wanted.email));
  if (!reachable) return EmailTaken();
  account.email = wanted.email;
  RETURN_IF_ERROR(store.SetPassword(account.id, wanted.password_hash, now));
  RETURN_IF_ERROR(AnnounceUser(store, account));
  return account;
}

}  // namespace forium::auth
