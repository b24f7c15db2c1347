// SPDX-License-Identifier: Apache-2.0
// Signing in and out, and who is calling. A session is a random token; the database has its hash.
// Thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "google/protobuf/empty.pb.h"
#include "proto/forium/auth/v1/auth.pb.h"
#include "services/auth/config.h"
#include "services/auth/passwords.h"
#include "services/auth/principals.h"
#include "services/auth/store.h"
#include "services/auth/tenants.h"
#include "services/auth/throttle.h"
#include "services/base/rpc/call.h"

namespace forium::auth {

class Sessions {
 public:
  // A use is noted at most once in this time: a read must not become a write each time.
  static constexpr absl::Duration kNotedEvery = absl::Hours(1);
  // The least recently used ends when one account has more.
  static constexpr int kPerAccount = 50;

  Sessions(TenantDirectory& tenants, Passwords& passwords, Throttle& throttle,
           Principals& principals, const Config& config, Clock clock = absl::Now);

  absl::StatusOr<v1::Session> Create(const rpc::Call& call,
                                     const v1::CreateSessionRequest& request);
  absl::StatusOr<v1::ListSessionsResponse> List(const rpc::Call& call,
                                                const v1::ListSessionsRequest& request);
  absl::StatusOr<google::protobuf::Empty> Delete(const rpc::Call& call,
                                                 const v1::DeleteSessionRequest& request);
  absl::StatusOr<v1::ResolveSessionResponse> Resolve(const rpc::Call& call,
                                                     const v1::ResolveSessionRequest& request);

  // Starts a session in the transaction that made its account or checked its password; the answer
  // has the token.
  absl::StatusOr<v1::Session> Begin(Store& store, const Account& account, const rpc::Call& call);

 private:
  void Note(database::Database& database, const StoredSession& session, absl::Time now);

  TenantDirectory& tenants_;
  Passwords& passwords_;
  Throttle& throttle_;
  Principals& principals_;
  const absl::Duration lifetime_;
  const Clock clock_;
};

// The one answer to an unknown login and to a wrong password.
absl::Status WrongCredentials();

}  // namespace forium::auth
