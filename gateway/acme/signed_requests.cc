// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/signed_requests.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/acme/json_web_signature.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

constexpr int kMaxAttempts = 20;  // a server may throw away many nonces, but not all
constexpr size_t kMaxNonces = 8;
constexpr char kProblemType[] = "forium/acme-problem";
constexpr char kWait[] = "forium/acme-wait";

std::optional<std::string> PayloadOf(const absl::Status& status, const char* name) {
  const absl::optional<absl::Cord> payload = status.GetPayload(name);
  if (!payload.has_value()) return std::nullopt;
  return std::string(*payload);
}

}  // namespace

std::string ProblemTypeOf(const absl::Status& status) {
  return PayloadOf(status, kProblemType).value_or("");
}

absl::Duration WaitOf(const absl::Status& status) {
  int64_t seconds = 0;
  const std::optional<std::string> text = PayloadOf(status, kWait);
  if (!text.has_value() || !absl::SimpleAtoi(*text, &seconds)) return absl::ZeroDuration();
  return absl::Seconds(seconds);
}

SignedRequests::SignedRequests(HttpsClient& http, SigningKey account)
    : http_(http), key_(std::move(account)) {}

void SignedRequests::Keep(const HttpsResponse& response) {
  std::string nonce = response.Field("replay-nonce");
  if (IsToken(nonce) && nonces_.size() < kMaxNonces) nonces_.push_back(std::move(nonce));
}

absl::StatusOr<std::string> SignedRequests::Nonce() {
  if (nonces_.empty()) {
    ASSIGN_OR_RETURN(const HttpsResponse response,
                     http_.Send({.method = "HEAD", .url = new_nonce_}));
    Keep(response);
    if (nonces_.empty()) {
      return status::Error(absl::StatusCode::kUnavailable, type::v1::UNAVAILABLE,
                           "The ACME server gives no nonce; it will be asked again later.");
    }
  }
  std::string nonce = std::move(nonces_.back());
  nonces_.pop_back();
  return nonce;
}

absl::StatusOr<SignedRequests::Answer> SignedRequests::Post(const std::string& url,
                                                            std::string_view payload) {
  for (int attempt = 1;; ++attempt) {
    ASSIGN_OR_RETURN(const std::string nonce, Nonce());
    ASSIGN_OR_RETURN(
        HttpsResponse response,
        http_.Send(
            {.method = "POST",
             .url = url,
             .content_type = "application/jose+json",
             .body = SignRequest(
                 {.url = url, .nonce = nonce, .account = account_, .payload = payload}, key_)}));
    Keep(response);
    const std::optional<absl::Duration> wait =
        ParseRetryAfter(response.Field("retry-after"), absl::Now());
    if (response.status >= 200 && response.status < 300) {
      std::string location = response.Field("location");
      if (!IsAcmeUrl(location)) location.clear();
      return Answer{.status = response.status,
                    .location = std::move(location),
                    .retry_after = wait,
                    .body = std::move(response.body)};
    }
    const Problem problem = ParseProblem(response.body);
    if (problem.type == "badNonce" && attempt < kMaxAttempts) continue;
    absl::Status status = StatusOf(problem, response.status);
    status.SetPayload(kProblemType, absl::Cord(problem.type));
    if (wait.has_value()) {
      status.SetPayload(kWait, absl::Cord(absl::StrCat(absl::ToInt64Seconds(*wait))));
    }
    return status;
  }
}

}  // namespace forium::gateway
