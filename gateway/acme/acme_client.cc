// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/acme_client.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/acme/json_web_signature.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

namespace json = boost::json;

constexpr absl::Duration kLongestOrder = absl::Minutes(10);
constexpr absl::Duration kShortestPoll = absl::Milliseconds(50);
constexpr absl::Duration kLongestPoll = absl::Seconds(10);       // of our own accord
constexpr absl::Duration kLongestRetryAfter = absl::Minutes(2);  // that the server asks for
constexpr size_t kMaxAuthorizations = 4;                         // one host needs one

absl::Status Refused(std::string_view what) {
  return status::Error(absl::StatusCode::kFailedPrecondition, type::v1::WRONG_STATE,
                       std::string(what));
}

absl::Status NotProven(const std::string& host, const std::optional<Problem>& problem,
                       std::string_view kind) {
  std::string why = "it does not say why";
  if (problem.has_value()) {
    why = absl::StrCat(problem->detail, problem->type.empty() ? "" : " (", problem->type,
                       problem->type.empty() ? "" : ")");
  }
  return Refused(absl::StrCat("The certificate authority could not check ", host,
                              kind.empty() ? "" : " by ", std::string(kind), ": ", why));
}

std::string MailTo(const std::string& email) { return absl::StrCat("mailto:", email); }

}  // namespace

AcmeClient::AcmeClient(HttpsClient& http, SigningKey account, Options options)
    : http_(http), options_(std::move(options)), requests_(http, std::move(account)) {}

absl::StatusOr<IssuedCertificate> AcmeClient::Issue(const std::string& host,
                                                    ChallengeKind preferred) {
  deadline_ = absl::Now() + kLongestOrder;
  RETURN_IF_ERROR(FindServer());
  RETURN_IF_ERROR(FindAccount());
  absl::StatusOr<IssuedCertificate> issued = Place(host, preferred);
  // A server that lost its accounts: the key makes a new one.
  if (ProblemTypeOf(issued.status()) == "accountDoesNotExist") {
    requests_.SetAccount("");
    RETURN_IF_ERROR(FindAccount());
    issued = Place(host, preferred);
  }
  return issued;
}

absl::Status AcmeClient::FindServer() {
  ASSIGN_OR_RETURN(const HttpsResponse response,
                   http_.Send({.method = "GET", .url = options_.directory}));
  if (response.status != 200) return StatusOf(ParseProblem(response.body), response.status);
  ASSIGN_OR_RETURN(Directory directory, ParseDirectory(response.body));
  if (directory.external_account_required) {
    return Refused(
        "The certificate authority wants an account made elsewhere (external account binding), "
        "which Forium does not know; choose another one by acme_directory.");
  }
  requests_.SetNewNonce(std::move(directory.new_nonce));
  new_account_ = std::move(directory.new_account);
  new_order_ = std::move(directory.new_order);
  return absl::OkStatus();
}

absl::Status AcmeClient::FindAccount() {
  if (!requests_.account().empty()) return absl::OkStatus();
  json::object wish{{"termsOfServiceAgreed", true}};
  if (!options_.email.empty()) wish["contact"] = json::array{json::string(MailTo(options_.email))};
  ASSIGN_OR_RETURN(const SignedRequests::Answer answer,
                   requests_.Post(new_account_, json::serialize(wish)));
  ASSIGN_OR_RETURN(const Account account, ParseAccount(answer.body));
  if (!account.valid || answer.location.empty()) {
    return Refused(
        "The certificate authority has closed this account; remove account.key from acme_data to "
        "begin with a new one.");
  }
  requests_.SetAccount(answer.location);
  const std::vector<std::string> wanted = options_.email.empty()
                                              ? std::vector<std::string>()
                                              : std::vector<std::string>{MailTo(options_.email)};
  if (answer.status == 201 || account.contacts == wanted) return absl::OkStatus();
  // An account of before, with the address of before.
  json::array contacts;
  for (const std::string& contact : wanted) contacts.emplace_back(json::string(contact));
  return requests_.Post(answer.location, json::serialize(json::object{{"contact", contacts}}))
      .status();
}

absl::StatusOr<IssuedCertificate> AcmeClient::Place(const std::string& host,
                                                    ChallengeKind preferred) {
  const json::object wish{
      {"identifiers", json::array{json::object{{"type", "dns"}, {"value", json::string(host)}}}}};
  ASSIGN_OR_RETURN(const SignedRequests::Answer answer,
                   requests_.Post(new_order_, json::serialize(wish)));
  ASSIGN_OR_RETURN(Order order, ParseOrder(answer.body));
  const std::string url = answer.location;
  if (url.empty()) return Refused("The certificate authority gives an order no address.");
  if (order.authorizations.size() > kMaxAuthorizations) {
    return Refused("The certificate authority wants more proofs than one host can need.");
  }
  IssuedCertificate issued{.chain = {}, .key_pem = {}, .proven_by = preferred};
  for (const std::string& authorization : order.authorizations) {
    ASSIGN_OR_RETURN(const std::optional<ChallengeKind> kind,
                     Prove(authorization, host, preferred));
    if (kind.has_value()) issued.proven_by = *kind;
  }
  ASSIGN_OR_RETURN(order, AwaitOrder(url, AcmeState::kReady));
  if (order.state != AcmeState::kReady) return NotProven(host, order.problem, {});

  ASSIGN_OR_RETURN(const SigningKey key, SigningKey::Generate());
  ASSIGN_OR_RETURN(const std::string request, CertificateRequest(host, key));
  RETURN_IF_ERROR(
      requests_.Post(order.finalize, json::serialize(json::object{{"csr", Base64Url(request)}}))
          .status());
  ASSIGN_OR_RETURN(order, AwaitOrder(url, AcmeState::kValid));
  if (order.state != AcmeState::kValid) {
    return Refused(
        absl::StrCat("The certificate authority does not finish the order for ", host, ": ",
                     order.problem.has_value() ? order.problem->detail : "it does not say why"));
  }
  ASSIGN_OR_RETURN(const SignedRequests::Answer chain, requests_.Fetch(order.certificate));
  ASSIGN_OR_RETURN(issued.chain, CheckChain(chain.body, host, key));
  issued.key_pem = key.Pem();
  return issued;
}

absl::StatusOr<std::optional<ChallengeKind>> AcmeClient::Prove(const std::string& url,
                                                               const std::string& host,
                                                               ChallengeKind preferred) {
  ASSIGN_OR_RETURN(const SignedRequests::Answer answer, requests_.Fetch(url));
  ASSIGN_OR_RETURN(const Authorization authorization, ParseAuthorization(answer.body));
  if (authorization.host != host) {
    return Refused("The certificate authority wants a proof for another host than the one asked.");
  }
  if (authorization.state == AcmeState::kValid) return std::nullopt;
  if (authorization.state != AcmeState::kPending) return NotProven(host, std::nullopt, {});
  const Challenge* chosen = nullptr;
  for (const Challenge& challenge : authorization.challenges) {
    if (chosen == nullptr || challenge.kind == preferred) chosen = &challenge;
  }
  if (chosen == nullptr) {
    return Refused("The certificate authority offers neither http-01 nor tls-alpn-01.");
  }
  const Proof proof{.kind = chosen->kind,
                    .host = host,
                    .token = chosen->token,
                    .key_authorization = KeyAuthorization(chosen->token, requests_.key())};
  RETURN_IF_ERROR(options_.show(proof));
  const auto hidden = absl::MakeCleanup([&] { options_.hide(proof); });
  // One that is being checked already needs no second request.
  if (chosen->state == AcmeState::kPending) {
    RETURN_IF_ERROR(requests_.Post(chosen->url, "{}").status());
  }
  RETURN_IF_ERROR(AwaitProof(url, chosen->url));
  return chosen->kind;
}

absl::Status AcmeClient::AwaitProof(const std::string& url, const std::string& challenge_url) {
  for (int asked = 0;; ++asked) {
    ASSIGN_OR_RETURN(const SignedRequests::Answer answer, requests_.Fetch(url));
    ASSIGN_OR_RETURN(const Authorization authorization, ParseAuthorization(answer.body));
    if (authorization.state == AcmeState::kValid) return absl::OkStatus();
    const auto challenge =
        std::find_if(authorization.challenges.begin(), authorization.challenges.end(),
                     [&](const Challenge& one) { return one.url == challenge_url; });
    const bool known = challenge != authorization.challenges.end();
    if (authorization.state != AcmeState::kPending ||
        (known && challenge->state == AcmeState::kInvalid)) {
      return NotProven(authorization.host, known ? challenge->problem : std::nullopt,
                       known ? NameOf(challenge->kind) : std::string_view());
    }
    RETURN_IF_ERROR(Wait(asked, answer.retry_after));
  }
}

absl::StatusOr<Order> AcmeClient::AwaitOrder(const std::string& url, AcmeState wanted) {
  for (int asked = 0;; ++asked) {
    ASSIGN_OR_RETURN(const SignedRequests::Answer answer, requests_.Fetch(url));
    ASSIGN_OR_RETURN(Order order, ParseOrder(answer.body));
    const bool passing = order.state == AcmeState::kPending ||
                         order.state == AcmeState::kProcessing ||
                         (order.state == AcmeState::kReady && wanted == AcmeState::kValid);
    if (!passing) return order;
    RETURN_IF_ERROR(Wait(asked, answer.retry_after));
  }
}

absl::Status AcmeClient::Wait(int asked, const std::optional<absl::Duration>& retry_after) {
  absl::Duration wait = options_.first_poll;
  for (int i = 0; i < asked && wait < kLongestPoll; ++i) wait *= 1.5;
  wait = std::min(wait, kLongestPoll);
  if (retry_after.has_value()) wait = std::clamp(*retry_after, kShortestPoll, kLongestRetryAfter);
  if (absl::Now() + wait > deadline_) {
    return status::Error(absl::StatusCode::kDeadlineExceeded, type::v1::DEADLINE,
                         "The certificate authority did not finish the order in ten minutes.");
  }
  if (!options_.pause(wait)) return absl::CancelledError("The gateway is ending.");
  return absl::OkStatus();
}

}  // namespace forium::gateway
