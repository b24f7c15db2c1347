// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/principal.h"

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "services/base/status/status.h"

namespace forium::rpc {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

type::v1::Principal Alice() {
  type::v1::Principal principal;
  principal.set_tenant("default");
  principal.set_user_id(17);
  principal.set_username("alice");
  principal.set_role(type::v1::MEMBER_ROLE);
  principal.set_expires_at(absl::ToUnixMicros(kNow + absl::Minutes(1)));
  return principal;
}

PrincipalSigner NewSigner() { return *PrincipalSigner::Create(PrincipalSigner::NewPrivateKey()); }

class PrincipalTest : public ::testing::Test {
 protected:
  PrincipalTest() { EXPECT_TRUE(verifier_.AddKey(signer_.public_key()).ok()); }
  bool Refused(const std::string& bytes, absl::Time now = kNow) {
    const auto principal = verifier_.Verify(bytes, now);
    return absl::IsUnauthenticated(principal.status()) &&
           status::ReasonOf(principal.status()) == type::v1::SIGN_IN_REQUIRED;
  }

  const PrincipalSigner signer_ = NewSigner();
  PrincipalVerifier verifier_;
};

TEST_F(PrincipalTest, WhatWasSignedIsVerifiedAgainAndAgain) {
  const std::string bytes = signer_.Sign(Alice());
  for (int i = 0; i < 3; ++i) {
    const auto principal = verifier_.Verify(bytes, kNow);
    ASSERT_TRUE(principal.ok()) << principal.status();
    EXPECT_EQ(principal->SerializeAsString(), Alice().SerializeAsString());
  }
}

TEST_F(PrincipalTest, AnyChangedBitIsRefused) {
  const std::string bytes = signer_.Sign(Alice());
  ASSERT_TRUE(verifier_.Verify(bytes, kNow).ok());
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_TRUE(Refused(changed)) << "byte " << i;
  }
  EXPECT_TRUE(Refused(""));
  EXPECT_TRUE(Refused("not a principal"));
  EXPECT_TRUE(Refused(std::string(100'000, 'x')));
}

TEST_F(PrincipalTest, AnotherKeyIsRefusedUntilItIsTrusted) {
  const PrincipalSigner other = NewSigner();
  EXPECT_TRUE(Refused(other.Sign(Alice())));
  ASSERT_TRUE(verifier_.AddKey(other.public_key()).ok());
  EXPECT_FALSE(Refused(other.Sign(Alice())));
  EXPECT_FALSE(Refused(signer_.Sign(Alice()))) << "a key more does not replace the first";
}

TEST_F(PrincipalTest, ExpiryHoldsForRememberedPrincipalsToo) {
  const std::string bytes = signer_.Sign(Alice());
  EXPECT_FALSE(Refused(bytes));
  EXPECT_FALSE(Refused(bytes, kNow + absl::Seconds(59)));
  EXPECT_TRUE(Refused(bytes, kNow + absl::Seconds(60)));
}

TEST_F(PrincipalTest, ManyMoreThanTheCacheHoldsAreAllVerified) {
  type::v1::Principal principal = Alice();
  const std::string first = signer_.Sign(principal);
  for (int id = 1; id <= 5000; ++id) {
    principal.set_user_id(id);
    const auto verified = verifier_.Verify(signer_.Sign(principal), kNow);
    ASSERT_TRUE(verified.ok());
    ASSERT_EQ(verified->user_id(), id);
  }
  EXPECT_FALSE(Refused(first));
}

TEST(PrincipalSignerTest, AKeptKeySignsAsTheSameSigner) {
  const std::string key = PrincipalSigner::NewPrivateKey();
  EXPECT_EQ(key.size(), 32u);
  const auto one = PrincipalSigner::Create(key);
  const auto two = PrincipalSigner::Create(key);
  EXPECT_EQ(one->key_id(), two->key_id());
  EXPECT_EQ(one->key_id().size(), 16u);
  EXPECT_EQ(one->public_key().size(), 32u);
  EXPECT_EQ(one->Sign(Alice()), two->Sign(Alice()));
  EXPECT_NE(PrincipalSigner::NewPrivateKey(), key);
}

TEST(PrincipalSignerTest, KeysOfAnotherLengthAreErrors) {
  EXPECT_FALSE(PrincipalSigner::Create("short").ok());
  PrincipalVerifier verifier;
  EXPECT_FALSE(verifier.AddKey("short").ok());
}

}  // namespace
}  // namespace forium::rpc
