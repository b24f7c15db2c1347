// SPDX-License-Identifier: Apache-2.0
// Whatever an ACME server says: what is taken from it is bounded, clean and safe to use.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "gateway/acme/certificate_request.h"
#include "gateway/acme/messages.h"

namespace {

using namespace forium::gateway;

void Require(bool holds, const char* claim) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", claim);
  std::abort();
}

void RequireUrl(const std::string& url) {
  Require(url.starts_with("https://") && url.size() <= 2048, "address not https");
  Require(std::none_of(url.begin(), url.end(), [](char c) { return c <= ' ' || c >= 0x7F; }),
          "address not clean");
}

void RequireText(const std::string& text) {
  Require(text.size() <= 4096, "text too long");
  Require(std::none_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; }),
          "text not printable");
}

void RequireProblem(const Problem& problem) {
  RequireText(problem.type);
  RequireText(problem.detail);
  (void)StatusOf(problem, 400);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  if (const auto directory = ParseDirectory(text); directory.ok()) {
    RequireUrl(directory->new_nonce);
    RequireUrl(directory->new_account);
    RequireUrl(directory->new_order);
  }
  if (const auto account = ParseAccount(text); account.ok()) {
    Require(account->contacts.size() <= 32, "too many contacts");
    for (const std::string& contact : account->contacts) RequireText(contact);
  }
  if (const auto order = ParseOrder(text); order.ok()) {
    Require(!order->authorizations.empty() && order->authorizations.size() <= 32, "authorizations");
    for (const std::string& url : order->authorizations) RequireUrl(url);
    RequireUrl(order->finalize);
    if (order->state == AcmeState::kValid) RequireUrl(order->certificate);
    if (order->problem.has_value()) RequireProblem(*order->problem);
  }
  if (const auto authorization = ParseAuthorization(text); authorization.ok()) {
    RequireText(authorization->host);
    Require(authorization->challenges.size() <= 32, "too many challenges");
    for (const Challenge& challenge : authorization->challenges) {
      RequireUrl(challenge.url);
      Require(IsToken(challenge.token), "token not clean");
      if (challenge.problem.has_value()) RequireProblem(*challenge.problem);
    }
  }
  RequireProblem(ParseProblem(text));
  const auto wait = ParseRetryAfter(text, absl::UnixEpoch());
  Require(!wait.has_value() || (*wait >= absl::ZeroDuration() && *wait <= absl::Hours(168)),
          "wait out of bounds");
  static const SigningKey key = *SigningKey::Generate();
  Require(!CheckChain(text, "forum.example", key).ok(), "a certificate for a new key");
  return 0;
}
