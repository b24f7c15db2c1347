// SPDX-License-Identifier: Apache-2.0
// The requests of one account (RFC 8555, 6): signed, each with a nonce that came with an earlier
// answer, sent again when the server no longer takes the nonce. For one thread at a time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/acme/https_client.h"
#include "gateway/acme/messages.h"
#include "gateway/acme/signing_key.h"

namespace forium::gateway {

class SignedRequests {
 public:
  struct Answer {
    int status = 0;
    std::string location;  // empty, or a proper address
    std::optional<absl::Duration> retry_after;
    std::string body;
  };

  // `http` outlives it.
  SignedRequests(HttpsClient& http, SigningKey account);

  // Where nonces come from, and as whom to sign: empty until the account's address is known.
  void SetNewNonce(std::string url) { new_nonce_ = std::move(url); }
  void SetAccount(std::string url) { account_ = std::move(url); }
  const std::string& account() const { return account_; }
  const SigningKey& key() const { return key_; }

  // Answers of 200 to 299. Errors: those of HttpsClient; StatusOf the problem, which keeps its type
  // (ProblemTypeOf) and how long to wait (WaitOf).
  absl::StatusOr<Answer> Post(const std::string& url, std::string_view payload);
  // A GET as ACME has it: a POST without payload.
  absl::StatusOr<Answer> Fetch(const std::string& url) { return Post(url, {}); }

 private:
  absl::StatusOr<std::string> Nonce();
  void Keep(const HttpsResponse& response);

  HttpsClient& http_;
  const SigningKey key_;
  std::string new_nonce_;
  std::string account_;
  std::vector<std::string> nonces_;
};

// Of an error that came from a problem document; empty for others.
std::string ProblemTypeOf(const absl::Status& status);
// What the server asked to wait; zero when it said nothing.
absl::Duration WaitOf(const absl::Status& status);

}  // namespace forium::gateway
