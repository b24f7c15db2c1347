// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/messages.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

constexpr char kDirectory[] = R"({"newNonce": "https://ca.example/nonce",
    "newAccount": "https://ca.example/account", "newOrder": "https://ca.example/order",
    "revokeCert": 7, "meta": {"termsOfService": "https://ca.example/terms"}})";
constexpr char kOrder[] = R"({"status": "pending", "expires": "2030-01-05T14:09:07.99Z",
    "identifiers": [{"type": "dns", "value": "forum.example"}],
    "authorizations": ["https://ca.example/authz/1"], "finalize": "https://ca.example/finalize/1"})";
constexpr char kAuthorization[] = R"({"status": "pending",
    "identifier": {"type": "dns", "value": "forum.example"}, "challenges": [
      {"type": "dns-01", "status": "pending"},
      {"type": "http-01", "status": "pending", "url": "https://ca.example/c/1", "token": "abc-_09"},
      {"type": "tls-alpn-01", "status": "invalid", "url": "https://ca.example/c/2", "token": "xyz",
       "error": {"type": "urn:ietf:params:acme:error:connection", "detail": "refused\nby host"}}]})";

std::string With(std::string_view json, const std::string& from, const std::string& to) {
  const std::string text(json);
  EXPECT_NE(text.find(from), std::string::npos) << from;
  return absl::StrReplaceAll(text, {{from, to}});
}

TEST(MessagesTest, Directory) {
  const auto directory = ParseDirectory(kDirectory);
  ASSERT_TRUE(directory.ok()) << directory.status();
  EXPECT_EQ(directory->new_nonce, "https://ca.example/nonce");
  EXPECT_EQ(directory->new_account, "https://ca.example/account");
  EXPECT_EQ(directory->new_order, "https://ca.example/order");
  EXPECT_FALSE(directory->external_account_required);
  EXPECT_TRUE(ParseDirectory(With(kDirectory, R"("termsOfService")",
                                  R"("externalAccountRequired": true, "x")"))
                  ->external_account_required);
}

TEST(MessagesTest, AddressesAreHttpsAndClean) {
  for (const char* url : {"http://ca.example/nonce", "", "https://", "ftp://x", "/nonce",
                          "https://ca.example/\\r\\nX: y", "https://ca.example/a b",
                          "https://ca.example/\\u00fc", "https://ca.example/\\\""}) {
    EXPECT_FALSE(ParseDirectory(With(kDirectory, "https://ca.example/nonce", url)).ok()) << url;
  }
  const std::string long_url = "https://ca.example/" + std::string(5000, 'a');
  EXPECT_FALSE(ParseDirectory(With(kDirectory, "https://ca.example/nonce", long_url)).ok());
  EXPECT_FALSE(ParseDirectory(With(kDirectory, R"("https://ca.example/nonce")", "[1]")).ok());
}

TEST(MessagesTest, JunkIsAnError) {
  std::string deep(100'000, '[');
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("null"), std::string("[]"), std::string("7"),
        std::string("{}"), deep, std::string(1 << 20, ' '), std::string("{\"status\":\"\xff\"}"),
        std::string("<html>503</html>"), std::string(R"({"status": {"status": "valid"}})")}) {
    const std::string begin = text.substr(0, 20);
    EXPECT_FALSE(ParseDirectory(text).ok()) << begin;
    EXPECT_FALSE(ParseAccount(text).ok()) << begin;
    EXPECT_FALSE(ParseOrder(text).ok()) << begin;
    EXPECT_FALSE(ParseAuthorization(text).ok()) << begin;
    EXPECT_EQ(ParseProblem(text).type, "") << begin;
  }
}

TEST(MessagesTest, Account) {
  const auto account =
      ParseAccount(R"({"status": "valid", "contact": ["mailto:a@forum.example", 7]})");
  ASSERT_TRUE(account.ok()) << account.status();
  EXPECT_TRUE(account->valid);
  EXPECT_EQ(account->contacts, std::vector<std::string>{"mailto:a@forum.example"});
  EXPECT_FALSE(ParseAccount(R"({"status": "deactivated"})")->valid);
  EXPECT_FALSE(ParseAccount(R"({"status": "strange"})").ok());
}

TEST(MessagesTest, Order) {
  const auto order = ParseOrder(kOrder);
  ASSERT_TRUE(order.ok()) << order.status();
  EXPECT_EQ(order->state, AcmeState::kPending);
  EXPECT_EQ(order->authorizations, std::vector<std::string>{"https://ca.example/authz/1"});
  EXPECT_EQ(order->finalize, "https://ca.example/finalize/1");
  EXPECT_FALSE(order->problem.has_value());
  EXPECT_EQ(ParseOrder(With(kOrder, "pending", "processing"))->state, AcmeState::kProcessing);
  EXPECT_EQ(ParseOrder(With(kOrder, "pending", "ready"))->state, AcmeState::kReady);
  EXPECT_FALSE(ParseOrder(With(kOrder, "pending", "valid")).ok()) << "without a certificate";
  EXPECT_EQ(ParseOrder(With(kOrder, R"("status": "pending")",
                            R"("status": "valid", "certificate": "https://ca.example/cert")"))
                ->certificate,
            "https://ca.example/cert");
  EXPECT_FALSE(ParseOrder(With(kOrder, "[\"https://ca.example/authz/1\"]", "[]")).ok());
  EXPECT_FALSE(ParseOrder(With(kOrder, "[\"https://ca.example/authz/1\"]", "[{}]")).ok());
  std::string many = "[\"https://a/\"";
  for (int i = 0; i < 100; ++i) many += ",\"https://a/\"";
  EXPECT_FALSE(ParseOrder(With(kOrder, "[\"https://ca.example/authz/1\"]", many + "]")).ok());
}

TEST(MessagesTest, Authorization) {
  const auto authorization = ParseAuthorization(kAuthorization);
  ASSERT_TRUE(authorization.ok()) << authorization.status();
  EXPECT_EQ(authorization->host, "forum.example");
  ASSERT_EQ(authorization->challenges.size(), 2u) << "the unknown kind is left out";
  EXPECT_EQ(authorization->challenges[0].kind, ChallengeKind::kHttp01);
  EXPECT_EQ(authorization->challenges[0].token, "abc-_09");
  EXPECT_EQ(authorization->challenges[1].state, AcmeState::kInvalid);
  ASSERT_TRUE(authorization->challenges[1].problem.has_value());
  EXPECT_EQ(authorization->challenges[1].problem->type, "connection");
  EXPECT_EQ(authorization->challenges[1].problem->detail, "refused by host");
  for (const char* token : {"", "../../etc/passwd", "a b", "a/b", "a\\u0000b", "a.b", "a="}) {
    EXPECT_FALSE(ParseAuthorization(With(kAuthorization, "abc-_09", token)).ok()) << token;
  }
  EXPECT_FALSE(
      ParseAuthorization(With(kAuthorization, R"("type": "dns", "value")", R"("value")")).ok());
}

TEST(MessagesTest, ProblemsAreShortAndPrintable) {
  const Problem problem = ParseProblem(
      R"({"type": "urn:ietf:params:acme:error:rejectedIdentifier", "detail": "no\u001b[31m",
          "subproblems": [{"detail": "because"}, 7]})");
  EXPECT_EQ(problem.type, "rejectedIdentifier");
  EXPECT_EQ(problem.detail, "no [31m; because");
  std::string umlauts;
  for (int i = 0; i < 400; ++i) umlauts += "\xc3\xbc";
  const Problem cut = ParseProblem(absl::StrCat(R"({"detail": "x)", umlauts, "\"}"));
  EXPECT_LE(cut.detail.size(), 600u);
  EXPECT_EQ(cut.detail.size() % 2, 1u) << "no half character";
  EXPECT_EQ(ParseProblem("<html>").type, "");
}

TEST(MessagesTest, ProblemsBecomeStatuses) {
  EXPECT_TRUE(absl::IsResourceExhausted(StatusOf({.type = "rateLimited", .detail = "slow"}, 400)));
  EXPECT_TRUE(absl::IsResourceExhausted(StatusOf({}, 429)));
  EXPECT_TRUE(absl::IsUnavailable(StatusOf({}, 503)));
  EXPECT_TRUE(absl::IsUnavailable(StatusOf({.type = "serverInternal", .detail = ""}, 500)));
  const absl::Status refused = StatusOf({.type = "caa", .detail = "CAA forbids it"}, 403);
  EXPECT_TRUE(absl::IsFailedPrecondition(refused));
  EXPECT_EQ(refused.message(), "The certificate authority refuses: CAA forbids it (caa)");
}

TEST(MessagesTest, RetryAfterInBothForms) {
  const absl::Time now = absl::FromUnixSeconds(784'111'777);  // Sun, 06 Nov 1994 08:49:37 GMT
  EXPECT_EQ(ParseRetryAfter("120", now), absl::Minutes(2));
  EXPECT_EQ(ParseRetryAfter("Sun, 06 Nov 1994 08:50:37 GMT", now), absl::Minutes(1));
  EXPECT_EQ(ParseRetryAfter("Sun, 06 Nov 1994 08:40:00 GMT", now), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryAfter("-5", now), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryAfter("99999999999999", now), absl::Hours(7 * 24));
  EXPECT_EQ(ParseRetryAfter("99999999999999999999999", now), std::nullopt);
  EXPECT_EQ(ParseRetryAfter("soon", now), std::nullopt);
  EXPECT_EQ(ParseRetryAfter("", now), std::nullopt);
}

}  // namespace
}  // namespace forium::gateway
