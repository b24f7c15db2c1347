// SPDX-License-Identifier: Apache-2.0
// Stored rows as messages of the API: the one place that decides who sees which field. Pure
// functions.
#pragma once

#include <string>
#include <string_view>

#include "proto/forium/auth/v1/auth.pb.h"
#include "services/auth/store.h"

namespace forium::auth {

// Who looks: everybody, moderators and the user (they see the reason of a suspension),
// administrators in their list (they see the address too).
enum class View { kPublic, kStaff, kAdministration };

v1::User ToUser(const Account& account, View view, absl::Time now);
v1::Me ToMe(const Account& account, absl::Time now);
v1::Session ToSession(const StoredSession& session, int64_t current_session_id);
// `token` and `url` only where the link is made.
v1::Link ToLink(const StoredLink& link);
v1::Site ToSite(const StoredSite& site);

}  // namespace forium::auth
