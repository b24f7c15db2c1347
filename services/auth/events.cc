// SPDX-License-Identifier: Apache-2.0
#include "services/auth/events.h"

#include <string>

#include "services/base/events/events.h"

namespace forium::auth {
namespace {

std::string Aggregate(std::string_view kind, int64_t id) {
  return std::string(kind) + ":" + std::to_string(id);
}

}  // namespace

absl::Status AnnounceUser(Store& store, const Account& account, std::string_view old_username) {
  events::Event event;
  auto& changed = *event.mutable_user_changed();
  changed.set_user_id(account.id);
  changed.set_username(account.username);
  changed.set_display_name(account.display_name);
  changed.set_role(account.role);
  changed.set_suspended(account.suspended);
  changed.set_staged(account.staged);
  changed.set_old_username(std::string(old_username));
  return events::Append(store.tx(), Aggregate("user", account.id), account.version, event);
}

absl::Status AnnounceErasure(Store& store, const Account& account) {
  events::Event event;
  event.mutable_user_erased()->set_user_id(account.id);
  return events::Append(store.tx(), Aggregate("user", account.id), account.version, event);
}

absl::Status AnnounceSessionsEnded(Store& store, int64_t user_id, const std::vector<int64_t>& ended,
                                   absl::Time now) {
  if (ended.empty()) return absl::OkStatus();
  events::Event event;
  auto& body = *event.mutable_sessions_ended();
  body.set_user_id(user_id);
  body.mutable_session_ids()->Add(ended.begin(), ended.end());
  // Sessions have no version of their own: the time orders them.
  return events::Append(store.tx(), Aggregate("sessions", user_id), absl::ToUnixMicros(now), event);
}

absl::Status AnnounceSite(Store& store, const StoredSite& site) {
  events::Event event;
  event.mutable_site_changed();
  return events::Append(store.tx(), "site", site.version, event);
}

}  // namespace forium::auth
