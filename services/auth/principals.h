// SPDX-License-Identifier: Apache-2.0
// Signs who is calling. A principal lives for little more than a minute, so that a change of role
// or a suspension reaches every service soon even if its event is lost. Thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/auth/config.h"
#include "services/auth/store.h"
#include "services/base/rpc/principal.h"

namespace forium::auth {

class Principals {
 public:
  // A gateway keeps one for at most 60 s; the rest is for the call itself.
  static constexpr absl::Duration kLifetime = absl::Seconds(80);
  static constexpr absl::Duration kSystemLifetime = absl::Minutes(5);

  explicit Principals(rpc::PrincipalSigner signer, Clock clock = absl::Now);

  // Each answers a serialised SignedPrincipal.
  std::string Of(std::string_view tenant, const Account& account,
                 const StoredSession& session) const;
  std::string Anonymous(std::string_view tenant);
  // For the process's own commands, and for services that gave the secret (services.h).
  std::string System(std::string_view tenant, absl::Duration lifetime = kSystemLifetime) const;

  // 32 raw bytes, for PrincipalVerifier::AddKey.
  std::string public_key() const { return signer_.public_key(); }

 private:
  struct Signed {
    std::string bytes;
    absl::Time made;
  };
  const rpc::PrincipalSigner signer_;
  const Clock clock_;

  absl::Mutex mutex_;
  std::map<std::string, Signed, std::less<>> anonymous_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace forium::auth
