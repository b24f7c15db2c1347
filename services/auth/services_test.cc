// SPDX-License-Identifier: Apache-2.0
#include "services/auth/services.h"

#include "services/auth/auth_fixture.h"

namespace forium::auth {
namespace {

constexpr char kSecret[] = "a secret of both sides";

class ServicesTest : public AuthTest {
 protected:
  void SetUp() override {
    AuthTest::SetUp();
    if (!IsSkipped()) StartWith(kSecret);
  }
  void StartWith(const std::string& secret) {
    config_.service_secret = secret;
    Start();
  }
  absl::StatusOr<v1::IssuedPrincipal> Issue(const std::string& secret,
                                            const std::string& service = "search",
                                            const std::string& peer = "") {
    v1::IssueServicePrincipalRequest request;
    request.set_service(service);
    request.set_secret(secret);
    return Call<v1::IssuedPrincipal>("IssueServicePrincipal", request, From(Principal(""), peer));
  }
};

TEST_P(ServicesTest, TheSecretGivesTheSystemsPrincipalForTenMinutes) {
  const absl::Time before = absl::Now();
  const absl::StatusOr<v1::IssuedPrincipal> issued = Issue(kSecret);
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_NEAR(issued->expires_at().seconds(), absl::ToUnixSeconds(before + absl::Minutes(10)), 2);
  const auto principal = verifier_->Verify(issued->signed_principal(), absl::Now());
  ASSERT_TRUE(principal.ok()) << principal.status();
  EXPECT_TRUE(principal->system());
  EXPECT_EQ(principal->tenant(), "default");
  EXPECT_EQ(principal->user_id(), 0);
  EXPECT_TRUE(verifier_->Verify(issued->signed_principal(), before + absl::Minutes(9)).ok());
  EXPECT_FALSE(verifier_->Verify(issued->signed_principal(), absl::Now() + absl::Minutes(10)).ok());
  // It opens what is the system's alone.
  v1::StageUsersRequest request;
  request.set_source("discourse");
  EXPECT_TRUE(
      Call<v1::StageUsersResponse>("StageUsers", request, Principal(issued->signed_principal()))
          .ok());
}

TEST_P(ServicesTest, AnythingElseGivesNothing) {
  for (const std::string& wrong :
       {std::string(), std::string("a secret of both side"), std::string("a secret of both sides "),
        std::string(kSecret) + '\0', std::string(100'000, 'a')}) {
    const absl::StatusOr<v1::IssuedPrincipal> issued = Issue(wrong);
    EXPECT_EQ(ReasonOf(issued), type::v1::WRONG_CREDENTIALS) << wrong.substr(0, 40);
  }
  for (const char* service : {"", "a service", "../x"}) {
    EXPECT_EQ(ReasonOf(Issue(kSecret, service)), type::v1::INVALID_FIELD) << service;
  }
}

TEST_P(ServicesTest, WithoutASecretNobodyIsGivenOne) {
  StartWith("");
  for (const std::string secret : {"", "x", kSecret}) {
    EXPECT_EQ(ReasonOf(Issue(secret)), type::v1::WRONG_CREDENTIALS) << secret;
  }
}

TEST_P(ServicesTest, AnotherCommunityGetsNone) {
  v1::IssueServicePrincipalRequest request;
  request.set_service("search");
  request.set_secret(kSecret);
  CallOptions elsewhere = Principal("");
  elsewhere.tenant = "elsewhere";
  EXPECT_FALSE(Call<v1::IssuedPrincipal>("IssueServicePrincipal", request, elsewhere).ok());
}

TEST_P(ServicesTest, WrongSecretsAreThrottledAndTheRightOneIsNot) {
  config_.throttle.enabled = true;
  config_.throttle.failures_per_account = 2;
  Start();
  EXPECT_EQ(ReasonOf(Issue("wrong")), type::v1::WRONG_CREDENTIALS);
  EXPECT_EQ(ReasonOf(Issue("wrong")), type::v1::WRONG_CREDENTIALS);
  EXPECT_EQ(ReasonOf(Issue("wrong")), type::v1::TOO_MANY_REQUESTS);
  EXPECT_EQ(ReasonOf(Issue("wrong", "another")), type::v1::TOO_MANY_REQUESTS);
  EXPECT_TRUE(Issue(kSecret).ok());
}

TEST_P(ServicesTest, AShortSecretDoesNotStart) {
  config_.service_secret = "short";
  const auto service = AuthService::Create(config_, *control_, databases_);
  EXPECT_TRUE(absl::IsInvalidArgument(service.status())) << service.status();
}

TEST(ServiceSecretTest, IsMaskedWhenPrinted) {
  Config config;
  config.service_secret = kSecret;
  config::Settings settings;
  AddSettings(settings, &config);
  EXPECT_EQ(settings.Print().find(kSecret), std::string::npos);
  EXPECT_NE(settings.Print().find("service_secret"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Engines, ServicesTest, ::testing::ValuesIn(database::Engines()),
                         database::EngineName);

}  // namespace
}  // namespace forium::auth
