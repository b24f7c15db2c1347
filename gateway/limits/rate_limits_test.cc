// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/rate_limits.h"

#include <atomic>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gateway/limits/ip_address.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

class RateLimitsTest : public ::testing::Test {
 protected:
  RateLimitsTest() {
    config_.rate_per_second = 10;
    config_.rate_burst = 5;
    config_.write_rate_per_second = 1;
    config_.write_rate_burst = 2;
  }
  static Taker Guest(std::string_view address) {
    return {.network = ParseIp(address).value().Network()};
  }
  static Taker Member(int64_t user_id, std::string_view address = "192.0.2.1") {
    Taker member = Guest(address);
    member.tenant = "default";
    member.user_id = user_id;
    return member;
  }
  // Sent a token that is not known yet.
  static Taker Unknown() {
    Taker unknown = Guest("192.0.2.1");
    unknown.claims = true;
    return unknown;
  }
  int Passes(RateLimits& limits, std::string_view address, int asked) {
    return Count(limits, Guest(address), RouteClass::kPage, asked);
  }
  int Count(RateLimits& limits, const Taker& taker, RouteClass route_class = RouteClass::kPage,
            int asked = 20) {
    int passed = 0;
    for (int i = 0; i < asked; ++i)
      passed += limits.Take(taker, route_class, now_) == absl::ZeroDuration();
    return passed;
  }
  Config config_;
  absl::Time now_ = absl::Now();
};

TEST_F(RateLimitsTest, BurstThenRate) {
  RateLimits limits(config_);
  EXPECT_EQ(Passes(limits, "192.0.2.1", 20), 5);
  EXPECT_EQ(limits.Take(Guest("192.0.2.1"), RouteClass::kPage, now_), absl::Milliseconds(100));
  now_ += absl::Milliseconds(300);
  EXPECT_EQ(Passes(limits, "192.0.2.1", 20), 3);
  now_ += absl::Hours(1);
  EXPECT_EQ(Passes(limits, "192.0.2.1", 20), 5);
}

TEST_F(RateLimitsTest, AddressesAndKindsHaveTheirOwn) {
  RateLimits limits(config_);
  EXPECT_EQ(Passes(limits, "192.0.2.1", 20), 5);
  EXPECT_EQ(Passes(limits, "192.0.2.2", 20), 5);
  EXPECT_EQ(Count(limits, Guest("192.0.2.1"), RouteClass::kWrite), 2);
}

TEST_F(RateLimitsTest, NetworkOfIPv6CountsAsOne) {
  RateLimits limits(config_);
  EXPECT_EQ(Passes(limits, "2001:db8::1", 20), 5);
  EXPECT_EQ(Passes(limits, "2001:db8::2:3", 20), 0);
  EXPECT_EQ(Passes(limits, "2001:db8:0:1::1", 20), 5);
}

TEST_F(RateLimitsTest, SwitchedOffLetsAllPass) {
  config_.rate_limit = false;
  RateLimits limits(config_);
  EXPECT_EQ(Passes(limits, "192.0.2.1", 1000), 1000);
}

TEST_F(RateLimitsTest, ManyAddressesDoNotForgetBusyOnes) {
  RateLimits limits(config_);
  for (int i = 0; i < 20'000; ++i) {
    const std::string address =
        "10." + std::to_string(i % 250) + "." + std::to_string(i / 250) + ".1";
    limits.Take(Guest(address), RouteClass::kPage, now_);
    now_ += absl::Microseconds(1);
    if (i % 100 == 0) limits.Take(Guest("192.0.2.1"), RouteClass::kPage, now_);
  }
  EXPECT_LE(Passes(limits, "192.0.2.1", 20), 1);
}

TEST_F(RateLimitsTest, MappedAddressIsTheAddress) {
  RateLimits limits(config_);
  EXPECT_EQ(Passes(limits, "192.0.2.1", 3), 3);
  EXPECT_EQ(Passes(limits, "::ffff:192.0.2.1", 20), 2);
}

TEST_F(RateLimitsTest, EachClassHasItsOwnRate) {
  LimitsConfig more;
  more.api_rate_burst = 7;
  more.search_rate_burst = 3;
  more.static_rate_burst = 11;
  more.login_rate_burst = 2;
  more.login_rate_per_minute = 6;
  RateLimits limits(config_, more);
  const Taker guest = Guest("192.0.2.1");
  EXPECT_EQ(Count(limits, guest, RouteClass::kPage), 5);
  EXPECT_EQ(Count(limits, guest, RouteClass::kApiRead), 7);
  EXPECT_EQ(Count(limits, guest, RouteClass::kWrite), 2);
  EXPECT_EQ(Count(limits, guest, RouteClass::kSearch), 3);
  EXPECT_EQ(Count(limits, guest, RouteClass::kStatic), 11);
  EXPECT_EQ(Count(limits, guest, RouteClass::kExpensive), 2);
  EXPECT_EQ(limits.Take(guest, RouteClass::kExpensive, now_), absl::Seconds(10));
}

TEST_F(RateLimitsTest, MembersBehindOneAddressDoNotLimitEachOther) {
  RateLimits limits(config_);
  for (int64_t user = 1; user <= 10; ++user) {
    EXPECT_EQ(Count(limits, Member(user)), 5) << user;
  }
  EXPECT_EQ(Passes(limits, "192.0.2.1", 20), 5) << "nor the guests beside them";
  EXPECT_EQ(Count(limits, Member(1)), 0);
}

TEST_F(RateLimitsTest, GuestsDoNotLockOutMembersOfTheirAddress) {
  RateLimits limits(config_);
  EXPECT_EQ(Passes(limits, "192.0.2.1", 1000), 5);
  EXPECT_EQ(limits.Take(Unknown(), RouteClass::kPage, now_), absl::ZeroDuration());
  EXPECT_EQ(limits.Take(Member(7), RouteClass::kPage, now_), absl::ZeroDuration());
}

TEST_F(RateLimitsTest, InventedTokensGetOneRateTogether) {
  RateLimits limits(config_);
  EXPECT_EQ(Count(limits, Unknown(), RouteClass::kPage, 1000), 5);
}

TEST_F(RateLimitsTest, FarmOfAccountsAtOneAddressIsBounded) {
  LimitsConfig few;
  few.members_per_address = 3;
  RateLimits limits(config_, few);
  int passed = 0;
  for (int64_t user = 1; user <= 100; ++user) passed += Count(limits, Member(user));
  EXPECT_EQ(passed, 3 * 5);
}

TEST_F(RateLimitsTest, UserIsTheSameAtEachAddressButNotInEachCommunity) {
  RateLimits limits(config_);
  EXPECT_EQ(Count(limits, Member(7)), 5);
  EXPECT_EQ(Count(limits, Member(7, "198.51.100.1")), 0);
  Taker stranger = Member(7);
  stranger.tenant = "other";
  EXPECT_EQ(Count(limits, stranger), 5);
}

TEST_F(RateLimitsTest, ClockThatGoesBackRefillsNothing) {
  RateLimits limits(config_);
  EXPECT_EQ(Passes(limits, "192.0.2.1", 20), 5);
  now_ -= absl::Hours(1);
  EXPECT_EQ(Passes(limits, "192.0.2.1", 20), 0);
}

TEST_F(RateLimitsTest, ThreadsTogetherGetOneBurst) {
  RateLimits limits(config_);
  std::atomic<int> passed = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { passed += Passes(limits, "192.0.2.1", 1000); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(passed, 5);
}

}  // namespace
}  // namespace forium::gateway
