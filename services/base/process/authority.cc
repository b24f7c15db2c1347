// SPDX-License-Identifier: Apache-2.0
#include "services/base/process/authority.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "proto/forium/auth/v1/auth.pb.h"
#include "services/base/status/macros.h"

namespace forium::process {
namespace {

constexpr absl::Duration kAskAuth = absl::Seconds(3);
// Before the end, so that no call travels with one that has just ended.
constexpr absl::Duration kRenewBefore = absl::Minutes(2);

}  // namespace

void AddSettings(config::Settings& settings, AuthorityConfig* config) {
  settings.Add("auth_target", &config->auth_target,
               "Where auth is: xds:///auth, dns:///HOST:PORT, or ADDR:PORT,ADDR:PORT.");
  settings.Add("principal_key", &config->principal_key,
               "auth's public key, in hexadecimal digits; asked from auth when empty.");
}

Authority::Authority(const AuthorityConfig& config, const rpc::Security& security,
                     std::string service, std::string secret)
    : config_(config),
      service_(std::move(service)),
      secret_(std::move(secret)),
      auth_(rpc::Connect(config.auth_target, security)) {}

absl::Status Authority::Trust(rpc::PrincipalVerifier& verifier) {
  if (!config_.principal_key.empty()) {
    return verifier.AddKey(absl::HexStringToBytes(config_.principal_key));
  }
  rpc::CallOptions options;
  options.deadline = absl::Now() + kAskAuth;
  absl::StatusOr<auth::v1::SigningKeys> keys = auth_.Call<auth::v1::SigningKeys>(
      "forium.auth.v1.AuthService.GetSigningKeys", auth::v1::GetSigningKeysRequest(), options);
  if (!keys.ok()) return absl::UnavailableError(keys.status().message());
  for (const std::string& key : keys->public_keys()) RETURN_IF_ERROR(verifier.AddKey(key));
  return absl::OkStatus();
}

absl::StatusOr<rpc::CallOptions> Authority::SystemCall(std::string_view tenant) {
  rpc::CallOptions options;
  options.tenant = tenant;
  const absl::Time now = absl::Now();
  {
    absl::MutexLock lock(&mutex_);
    const auto known = issued_.find(tenant);
    if (known != issued_.end() && now < known->second.renew_at) {
      options.signed_principal = known->second.signed_principal;
      return options;
    }
  }
  auth::v1::IssueServicePrincipalRequest request;
  request.set_service(service_);
  request.set_secret(secret_);
  options.deadline = now + kAskAuth;
  ASSIGN_OR_RETURN(auth::v1::IssuedPrincipal issued,
                   auth_.Call<auth::v1::IssuedPrincipal>(
                       "forium.auth.v1.AuthService.IssueServicePrincipal", request, options));
  options.signed_principal = issued.signed_principal();
  options.deadline = absl::InfiniteFuture();
  const absl::Time renew_at = absl::FromUnixSeconds(issued.expires_at().seconds()) - kRenewBefore;
  absl::MutexLock lock(&mutex_);
  issued_[std::string(tenant)] = {std::move(*issued.mutable_signed_principal()), renew_at};
  return options;
}

}  // namespace forium::process
