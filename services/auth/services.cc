// SPDX-License-Identifier: Apache-2.0
#include "services/auth/services.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "services/auth/tokens.h"
#include "services/base/observe/log.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::auth {
namespace {

constexpr size_t kMaxNameBytes = 40;

bool IsServiceName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes &&
         std::all_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace

Services::Services(TenantDirectory& tenants, Throttle& throttle, Principals& principals,
                   const std::string& secret, Clock clock)
    : tenants_(tenants),
      throttle_(throttle),
      principals_(principals),
      secret_hash_(secret.empty() ? "" : HashOf(secret)),
      clock_(std::move(clock)) {}

absl::Status Services::CheckSecret(const std::string& secret) {
  if (secret.empty() || secret.size() >= kMinSecretBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("service_secret needs at least ", kMinSecretBytes, " characters."));
}

// The hashes are compared, which takes as long whatever is wrong, and whatever the lengths are.
bool Services::Fits(const std::string& secret) const {
  const std::string hash = HashOf(secret);
  return secret_hash_.size() == hash.size() &&
         CRYPTO_memcmp(secret_hash_.data(), hash.data(), hash.size()) == 0;
}

absl::StatusOr<v1::IssuedPrincipal> Services::Issue(
    const rpc::Call& call, const v1::IssueServicePrincipalRequest& request) {
  if (!Fits(request.secret())) {
    // The right secret is taken even then: one replica with a wrong one must not stop the others.
    observe::Log(observe::Level::kWarning, "service secret refused",
                 {{"tenant", call.tenant}, {"peer", call.peer_address}});
    RETURN_IF_ERROR(throttle_.AdmitPassword({call.tenant, "\nservice", call.peer_address}));
    return status::Error(absl::StatusCode::kUnauthenticated, type::v1::WRONG_CREDENTIALS,
                         "This is not the secret of the services.");
  }
  if (!IsServiceName(request.service())) {
    return status::InvalidField("service", "Name the service, in up to 40 small letters.");
  }
  RETURN_IF_ERROR(tenants_.DatabaseOf(call.tenant).status());
  observe::Log(observe::Level::kInfo, "service principal issued",
               {{"tenant", call.tenant}, {"service", request.service()}});
  const absl::Time expires = clock_() + kLifetime;
  v1::IssuedPrincipal issued;
  issued.set_signed_principal(principals_.System(call.tenant, kLifetime));
  *issued.mutable_expires_at() =
      google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(expires));
  return issued;
}

}  // namespace forium::auth
