// SPDX-License-Identifier: Apache-2.0
#include "services/auth/principals.h"

#include <algorithm>
#include <utility>

namespace forium::auth {
namespace {

// How long the anonymous principal is handed out; it must live for kLifetime from then.
constexpr absl::Duration kAnonymousKept = absl::Seconds(10);

}  // namespace

Principals::Principals(rpc::PrincipalSigner signer, Clock clock)
    : signer_(std::move(signer)), clock_(std::move(clock)) {}

std::string Principals::Of(std::string_view tenant, const Account& account,
                           const StoredSession& session) const {
  const absl::Time now = clock_();
  type::v1::Principal principal;
  principal.set_tenant(std::string(tenant));
  principal.set_user_id(account.id);
  principal.set_username(account.username);
  principal.set_display_name(account.display_name);
  principal.set_role(account.role);
  principal.set_session_id(session.id);
  principal.set_user_version(account.version);
  principal.set_locale(account.locale);
  principal.set_suspended(account.IsSuspended(now));
  principal.set_expires_at(absl::ToUnixMicros(std::min(now + kLifetime, session.expires_at)));
  return signer_.Sign(principal);
}

std::string Principals::Anonymous(std::string_view tenant) {
  const absl::Time now = clock_();
  absl::MutexLock lock(&mutex_);
  Signed& kept = anonymous_[std::string(tenant)];
  if (kept.bytes.empty() || now - kept.made > kAnonymousKept || now < kept.made) {
    type::v1::Principal principal;
    principal.set_tenant(std::string(tenant));
    principal.set_expires_at(absl::ToUnixMicros(now + kAnonymousKept + kLifetime));
    kept = {.bytes = signer_.Sign(principal), .made = now};
  }
  return kept.bytes;
}

std::string Principals::System(std::string_view tenant, absl::Duration lifetime) const {
  type::v1::Principal principal;
  principal.set_tenant(std::string(tenant));
  principal.set_system(true);
  principal.set_expires_at(absl::ToUnixMicros(clock_() + lifetime));
  return signer_.Sign(principal);
}

}  // namespace forium::auth
