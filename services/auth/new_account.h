// SPDX-License-Identifier: Apache-2.0
// Making an account, shared by registration, one-time links and the command line.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/auth/names.h"
#include "services/auth/store.h"

namespace forium::auth {

// What somebody typed, checked.
struct NewAccount {
  std::string username;
  std::string email;
  std::string locale;
  std::string password_hash;
  type::v1::Role role = type::v1::MEMBER_ROLE;
};

// Checks names and password; the hash is left to the caller. Errors: INVALID_FIELD.
absl::StatusOr<NewAccount> CheckNewAccount(std::string_view username, std::string_view email,
                                           std::string_view password, std::string_view locale,
                                           NameChoice choice);

// Adds it and announces it, in the caller's transaction. Errors: USERNAME_TAKEN, EMAIL_TAKEN.
absl::StatusOr<Account> AddAccount(Store& store, const NewAccount& wanted, absl::Time now);

absl::Status UsernameTaken();
absl::Status EmailTaken();

}  // namespace forium::auth
