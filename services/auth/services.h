// SPDX-License-Identifier: Apache-2.0
// Gives other services of the suite the system's principal, by a secret that both were given: so a
// service can ask others for what no member may see. Thread-safe.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/forium/auth/v1/auth.pb.h"
#include "services/auth/principals.h"
#include "services/auth/tenants.h"
#include "services/auth/throttle.h"
#include "services/base/rpc/call.h"

namespace forium::auth {

class Services {
 public:
  // A shorter secret could be guessed.
  static constexpr size_t kMinSecretBytes = 16;
  static constexpr absl::Duration kLifetime = absl::Minutes(10);

  // `secret` may be empty: nobody is given anything.
  Services(TenantDirectory& tenants, Throttle& throttle, Principals& principals,
           const std::string& secret, Clock clock = absl::Now);

  // What is wrong with a secret, as a sentence for whoever starts the process.
  static absl::Status CheckSecret(const std::string& secret);

  absl::StatusOr<v1::IssuedPrincipal> Issue(const rpc::Call& call,
                                            const v1::IssueServicePrincipalRequest& request);

 private:
  bool Fits(const std::string& secret) const;

  TenantDirectory& tenants_;
  Throttle& throttle_;
  Principals& principals_;
  const std::string secret_hash_;  // empty: there is no secret
  const Clock clock_;
};

}  // namespace forium::auth
