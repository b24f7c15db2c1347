// SPDX-License-Identifier: Apache-2.0
#include "services/auth/messages.h"

namespace forium::auth {
namespace {

void SetTime(absl::Time time, google::protobuf::Timestamp* out) {
  const int64_t micros = absl::ToUnixMicros(time);
  int64_t seconds = micros / 1'000'000;
  int64_t rest = micros % 1'000'000;
  if (rest < 0) {
    --seconds;
    rest += 1'000'000;
  }
  out->set_seconds(seconds);
  out->set_nanos(static_cast<int32_t>(rest * 1000));
}

}  // namespace

v1::User ToUser(const Account& account, View view, absl::Time now) {
  v1::User user;
  user.set_id(account.id);
  user.set_username(account.username);
  user.set_display_name(account.display_name);
  user.set_role(account.role);
  user.set_bio(account.bio);
  SetTime(account.created_at, user.mutable_created_at());
  SetTime(account.last_seen_at, user.mutable_last_seen_at());
  user.set_staged(account.staged);
  if (account.IsSuspended(now)) {
    user.set_suspended(true);
    if (account.suspended_until) {
      SetTime(*account.suspended_until, user.mutable_suspended_until());
    }
    if (view != View::kPublic) user.set_suspension_reason(account.suspension_reason);
  }
  if (view == View::kAdministration) user.set_email(account.email);
  return user;
}

v1::Me ToMe(const Account& account, absl::Time now) {
  v1::Me me;
  me.set_id(account.id);
  me.set_username(account.username);
  me.set_display_name(account.display_name);
  me.set_email(account.email);
  me.set_role(account.role);
  me.set_bio(account.bio);
  SetTime(account.created_at, me.mutable_created_at());
  if (account.IsSuspended(now)) {
    me.set_suspended(true);
    if (account.suspended_until) SetTime(*account.suspended_until, me.mutable_suspended_until());
    me.set_suspension_reason(account.suspension_reason);
  }
  auto& preferences = *me.mutable_preferences();
  preferences.set_locale(account.locale);
  preferences.set_theme(account.theme);
  preferences.set_density(account.density);
  preferences.set_time_zone(account.time_zone);
  return me;
}

v1::Session ToSession(const StoredSession& session, int64_t current_session_id) {
  v1::Session message;
  message.set_id(session.id);
  message.set_user_id(session.user_id);
  SetTime(session.created_at, message.mutable_created_at());
  SetTime(session.last_used_at, message.mutable_last_used_at());
  SetTime(session.expires_at, message.mutable_expires_at());
  message.set_user_agent(session.user_agent);
  message.set_current(session.id == current_session_id);
  return message;
}

v1::Link ToLink(const StoredLink& link) {
  v1::Link message;
  message.set_purpose(static_cast<v1::Link::Purpose>(link.purpose));
  message.set_username(link.username);
  message.set_staged(link.staged);
  if (link.expires_at != absl::InfiniteFuture()) {
    SetTime(link.expires_at, message.mutable_expires_at());
  }
  return message;
}

v1::Site ToSite(const StoredSite& site) {
  v1::Site message;
  message.set_name(site.name);
  message.set_description(site.description);
  message.set_registration(static_cast<v1::Site::Registration>(site.registration));
  message.set_locale(site.locale);
  message.set_accent_hue(site.accent_hue);
  message.set_theme(site.theme);
  message.set_ready(site.ready);
  message.set_indexing(static_cast<v1::Site::Indexing>(site.indexing));
  return message;
}

}  // namespace forium::auth
