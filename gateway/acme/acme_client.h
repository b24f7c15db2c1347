// SPDX-License-Identifier: Apache-2.0
// Orders certificates from one ACME server for one account (RFC 8555): directory, account, order,
// proof of control, certificate. Calls block for as long as the server takes, ten minutes at most.
// For one thread at a time.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/acme/certificate_request.h"
#include "gateway/acme/https_client.h"
#include "gateway/acme/messages.h"
#include "gateway/acme/signed_requests.h"
#include "gateway/acme/signing_key.h"

namespace forium::gateway {

// What has to be shown to the server that comes to look.
struct Proof {
  ChallengeKind kind = ChallengeKind::kHttp01;
  std::string host;
  std::string token;
  std::string key_authorization;
};

struct IssuedCertificate {
  CertificateChain chain;
  std::string key_pem;
  ChallengeKind proven_by = ChallengeKind::kHttp01;  // the preferred one when nothing was proven
};

class AcmeClient {
 public:
  struct Options {
    std::string directory;
    std::string email;  // empty: none
    // Waits; false: it was interrupted and the order is to be given up.
    std::function<bool(absl::Duration)> pause;
    // Shows a proof until it is hidden again.
    std::function<absl::Status(const Proof&)> show;
    std::function<void(const Proof&)> hide;
    // Between questions, when the server does not say.
    absl::Duration first_poll = absl::Milliseconds(500);
  };
  // `http` outlives it.
  AcmeClient(HttpsClient& http, SigningKey account, Options options);

  // A new certificate with a key of its own, proven by `preferred` or, where the server does not
  // offer that, by the other. Errors: a sentence for the administrator; ProblemTypeOf and WaitOf
  // tell more.
  absl::StatusOr<IssuedCertificate> Issue(const std::string& host, ChallengeKind preferred);

 private:
  absl::Status FindServer();
  absl::Status FindAccount();
  absl::StatusOr<IssuedCertificate> Place(const std::string& host, ChallengeKind preferred);
  // Which kind proved it; nullopt: it was proven already.
  absl::StatusOr<std::optional<ChallengeKind>> Prove(const std::string& url,
                                                     const std::string& host,
                                                     ChallengeKind preferred);
  absl::Status AwaitProof(const std::string& url, const std::string& challenge_url);
  // The order once it is as wanted, or in a state that does not lead there.
  absl::StatusOr<Order> AwaitOrder(const std::string& url, AcmeState wanted);
  // Before asking again for the n-th time.
  absl::Status Wait(int asked, const std::optional<absl::Duration>& retry_after);

  HttpsClient& http_;
  const Options options_;
  SignedRequests requests_;
  std::string new_account_;
  std::string new_order_;
  absl::Time deadline_;  // of the order under way
};

}  // namespace forium::gateway
