// SPDX-License-Identifier: Apache-2.0
// What auth publishes, each in the transaction of the change. It consumes nothing.
#pragma once

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "services/auth/store.h"

namespace forium::auth {

// The account's state after a change; `old_username` after a rename.
absl::Status AnnounceUser(Store& store, const Account& account, std::string_view old_username = {});
absl::Status AnnounceErasure(Store& store, const Account& account);
// Nothing when no session ended.
absl::Status AnnounceSessionsEnded(Store& store, int64_t user_id, const std::vector<int64_t>& ended,
                                   absl::Time now);
absl::Status AnnounceSite(Store& store, const StoredSite& site);

}  // namespace forium::auth
