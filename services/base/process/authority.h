// SPDX-License-Identifier: Apache-2.0
// What a service of the suite has from auth: the keys that principals are verified by, and a
// principal of its own for what the system does by itself. Thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/base/config/config.h"
#include "services/base/rpc/channel.h"
#include "services/base/rpc/principal.h"

namespace forium::process {

struct AuthorityConfig {
  std::string auth_target = "xds:///auth";
  // auth's public key in hexadecimal digits; empty: auth is asked.
  std::string principal_key;
};

// `auth_target`, `principal_key`.
void AddSettings(config::Settings& settings, AuthorityConfig* config);

class Authority {
 public:
  // `service` names this one to auth; `secret` may be empty when no SystemCall is made.
  Authority(const AuthorityConfig& config, const rpc::Security& security, std::string service = "",
            std::string secret = "");

  // Without auth's key no call can be let in. Errors: Unavailable.
  absl::Status Trust(rpc::PrincipalVerifier& verifier);
  // Options of a call by the system for a tenant; the principal is asked for again before it ends.
  // Errors: Unavailable; WRONG_CREDENTIALS when the secret is not the one that auth has.
  absl::StatusOr<rpc::CallOptions> SystemCall(std::string_view tenant);

 private:
  struct Issued {
    std::string signed_principal;
    absl::Time renew_at;
  };

  const AuthorityConfig config_;
  const std::string service_;
  const std::string secret_;
  rpc::Channel auth_;
  absl::Mutex mutex_;
  std::map<std::string, Issued, std::less<>> issued_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace forium::process
