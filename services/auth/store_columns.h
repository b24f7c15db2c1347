// SPDX-License-Identifier: Apache-2.0
// The columns of an account, for the statements of several nouns that read one.
#pragma once

#include "services/auth/store.h"

// From `users u LEFT JOIN user_emails e`.
#define FORIUM_AUTH_ACCOUNT_COLUMNS                                                        \
  "u.id, u.username, u.display_name, u.role, u.bio, u.created_at, u.last_seen_at, "        \
  "u.suspended, u.suspended_until, u.suspension_reason, u.staged, u.erased_at, u.locale, " \
  "u.theme, u.density, u.time_zone, u.version, e.email"
#define FORIUM_AUTH_WITH_EMAIL " LEFT JOIN user_emails e ON e.user_id = u.id AND e.is_primary = 1 "

namespace forium::auth {

// The account in a row whose columns begin with `first`.
Account ReadAccount(const database::Row& row, int first);

}  // namespace forium::auth
