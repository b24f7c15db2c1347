// SPDX-License-Identifier: Apache-2.0
#include "services/auth/throttle.h"

#include "gtest/gtest.h"
#include "services/base/status/status.h"

namespace forium::auth {
namespace {

class ThrottleTest : public testing::Test {
 protected:
  Throttle Make(ThrottleOptions options = {}) {
    return Throttle(options, [this] { return now_; });
  }
  // How many attempts are admitted before the first refusal.
  static int Admitted(Throttle& throttle, std::string_view account, std::string_view address,
                      int tries = 1000) {
    int admitted = 0;
    while (admitted < tries && throttle.AdmitPassword({"default", account, address}).ok())
      ++admitted;
    return admitted;
  }
  static int Wait(Throttle& throttle, std::string_view account, std::string_view address) {
    return status::DetailOf(throttle.AdmitPassword({"default", account, address})).retry_after();
  }

  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
};

TEST_F(ThrottleTest, TenWrongPasswordsCloseAnAccount) {
  Throttle throttle = Make();
  EXPECT_EQ(Admitted(throttle, "alice", "192.0.2.1"), 10);
  EXPECT_EQ(status::ReasonOf(throttle.AdmitPassword({"default", "alice", "192.0.2.9"})),
            type::v1::TOO_MANY_REQUESTS);
  EXPECT_TRUE(throttle.AdmitPassword({"default", "bob", "192.0.2.9"}).ok());
  EXPECT_TRUE(throttle.AdmitPassword({"other", "alice", "192.0.2.9"}).ok());
}

TEST_F(ThrottleTest, TheWaitGrowsWithEachRefusal) {
  Throttle throttle = Make();
  EXPECT_EQ(Admitted(throttle, "alice", ""), 10);
  int longest = 90;
  for (int round = 0; round < 5; ++round) {
    const int wait = Wait(throttle, "alice", "");
    EXPECT_LE(wait, absl::ToInt64Seconds(Throttle::kLongestWait));
    EXPECT_GE(wait, longest);
    longest = wait;
    now_ += absl::Seconds(wait);
    EXPECT_GE(Admitted(throttle, "alice", "", 20), 1);
  }
  EXPECT_GT(longest, 90);
}

TEST_F(ThrottleTest, AnAccountIsOpenAgainAfterTheWindow) {
  Throttle throttle = Make();
  EXPECT_EQ(Admitted(throttle, "alice", ""), 10);
  now_ += absl::Minutes(16);
  EXPECT_EQ(Admitted(throttle, "alice", ""), 10);
}

TEST_F(ThrottleTest, RightPasswordsDoNotCount) {
  Throttle throttle = Make();
  for (int i = 0; i < 100; ++i) {
    const Throttle::Attempt attempt{"default", "alice", "192.0.2.1"};
    ASSERT_TRUE(throttle.AdmitPassword(attempt).ok());
    throttle.ForgivePassword(attempt);
  }
}

TEST_F(ThrottleTest, OneAddressCannotTryEveryAccount) {
  Throttle throttle = Make();
  int admitted = 0;
  for (int i = 0; i < 100; ++i) {
    admitted += throttle.AdmitPassword({"default", "user" + std::to_string(i), "192.0.2.1"}).ok();
  }
  EXPECT_EQ(admitted, 30);
}

TEST_F(ThrottleTest, AddressesOfOneNetworkCountTogether) {
  EXPECT_EQ(Throttle::NetworkOf("2001:db8:1:2::1"), Throttle::NetworkOf("2001:db8:1:2:ffff::9"));
  EXPECT_NE(Throttle::NetworkOf("2001:db8:1:2::1"), Throttle::NetworkOf("2001:db8:1:3::1"));
  EXPECT_EQ(Throttle::NetworkOf("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(Throttle::NetworkOf("192.0.2.1"), "192.0.2.1");
}

TEST_F(ThrottleTest, RefusedAccountsDoNotUseUpTheAddress) {
  Throttle throttle = Make();
  EXPECT_EQ(Admitted(throttle, "alice", "192.0.2.1"), 10);
  for (int i = 0; i < 100; ++i) (void)throttle.AdmitPassword({"default", "alice", "192.0.2.1"});
  EXPECT_TRUE(throttle.AdmitPassword({"default", "bob", "192.0.2.1"}).ok());
}

TEST_F(ThrottleTest, MemoryIsBounded) {
  ThrottleOptions options;
  options.buckets = 100;
  Throttle throttle = Make(options);
  EXPECT_EQ(Admitted(throttle, "alice", ""), 10);
  for (int i = 0; i < 99; ++i) {
    ASSERT_TRUE(throttle.AdmitPassword({"default", "user" + std::to_string(i), ""}).ok());
  }
  // Still remembered; one more account, and the one that was used longest ago is forgotten.
  EXPECT_FALSE(throttle.AdmitPassword({"default", "alice", ""}).ok());
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(throttle.AdmitPassword({"default", "next" + std::to_string(i), ""}).ok());
  }
  EXPECT_TRUE(throttle.AdmitPassword({"default", "alice", ""}).ok());
}

TEST_F(ThrottleTest, RegistrationsFromOneAddressAreBounded) {
  Throttle throttle = Make();
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(throttle.AdmitRegistration("default", "192.0.2.1").ok());
  EXPECT_FALSE(throttle.AdmitRegistration("default", "192.0.2.1").ok());
  EXPECT_TRUE(throttle.AdmitRegistration("default", "192.0.2.2").ok());
}

TEST_F(ThrottleTest, SwitchedOffItAdmitsEverything) {
  ThrottleOptions options;
  options.enabled = false;
  Throttle throttle = Make(options);
  EXPECT_EQ(Admitted(throttle, "alice", "192.0.2.1"), 1000);
}

}  // namespace
}  // namespace forium::auth
