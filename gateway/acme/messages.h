// SPDX-License-Identifier: Apache-2.0
// What an ACME server says (RFC 8555, 7.1), read from its JSON with every size, type and address
// checked: a hostile server must not do more than fail. Pure functions, thread-safe.
// Errors: InvalidArgument with a sentence that names what is wrong.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace forium::gateway {

enum class AcmeState { kPending, kProcessing, kReady, kValid, kInvalid, kOver };

enum class ChallengeKind { kHttp01, kTlsAlpn01 };
std::string_view NameOf(ChallengeKind kind);  // `http-01`, `tls-alpn-01`
std::optional<ChallengeKind> ChallengeKindOf(std::string_view name);

// RFC 7807. `type` is without `urn:ietf:params:acme:error:`; texts are bounded and printable.
struct Problem {
  std::string type;
  std::string detail;
};

struct Directory {
  std::string new_nonce;
  std::string new_account;
  std::string new_order;
  bool external_account_required = false;
};

struct Account {
  bool valid = false;
  std::vector<std::string> contacts;
};

struct Order {
  AcmeState state = AcmeState::kPending;
  std::vector<std::string> authorizations;
  std::string finalize;
  std::string certificate;  // when valid
  std::optional<Problem> problem;
};

struct Challenge {
  ChallengeKind kind = ChallengeKind::kHttp01;
  AcmeState state = AcmeState::kPending;
  std::string url;
  std::string token;
  std::optional<Problem> problem;
};

struct Authorization {
  AcmeState state = AcmeState::kPending;
  std::string host;
  std::vector<Challenge> challenges;  // of the kinds that we know
};

absl::StatusOr<Directory> ParseDirectory(std::string_view json);
absl::StatusOr<Account> ParseAccount(std::string_view json);
absl::StatusOr<Order> ParseOrder(std::string_view json);
absl::StatusOr<Authorization> ParseAuthorization(std::string_view json);
// Any bytes: what is no problem document has the type "".
Problem ParseProblem(std::string_view json);

// The two forms of Retry-After (RFC 9110, 10.2.3), between 0 and a week; nullopt: neither.
std::optional<absl::Duration> ParseRetryAfter(std::string_view value, absl::Time now);
// An https address that may stand in a request line and a signed header.
bool IsAcmeUrl(std::string_view url);
// base64url of 1 to 512 characters: tokens, nonces.
bool IsToken(std::string_view text);

// The problem as a status with a sentence for the administrator: TooManyRequests where the server
// limits, Unavailable where it has trouble itself, FailedPrecondition where something is to be
// changed.
absl::Status StatusOf(const Problem& problem, int http_status);

}  // namespace forium::gateway
