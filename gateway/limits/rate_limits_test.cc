// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/rate_limits.h"

#include "absl/time/clock.h"
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
  int Passes(RateLimits& limits, std::string_view address, int asked, bool change = false) {
    int passed = 0;
    for (int i = 0; i < asked; ++i)
      passed += limits.Take(address, change, now_) == absl::ZeroDuration();
    return passed;
  }
  Config config_;
  absl::Time now_ = absl::Now();
};

TEST_F(RateLimitsTest, BurstThenRate) {
  RateLimits limits(config_);
  EXPECT_EQ(Passes(limits, "192.0.2.1", 20), 5);
  EXPECT_EQ(limits.Take("192.0.2.1", false, now_), absl::Milliseconds(100));
  now_ += absl::Milliseconds(300);
  EXPECT_EQ(Passes(limits, "192.0.2.1", 20), 3);
  now_ += absl::Hours(1);
  EXPECT_EQ(Passes(limits, "192.0.2.1", 20), 5);
}

TEST_F(RateLimitsTest, AddressesAndKindsHaveTheirOwn) {
  RateLimits limits(config_);
  EXPECT_EQ(Passes(limits, "192.0.2.1", 20), 5);
  EXPECT_EQ(Passes(limits, "192.0.2.2", 20), 5);
  EXPECT_EQ(Passes(limits, "192.0.2.1", 20, true), 2);
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
    limits.Take(address, false, now_);
    now_ += absl::Microseconds(1);
    if (i % 100 == 0) limits.Take("192.0.2.1", false, now_);
  }
  EXPECT_LE(Passes(limits, "192.0.2.1", 20), 1);
}

TEST(ClientAddressTest, BelievesTrustedProxiesOnly) {
  Config config;
  config.trusted_proxies = {"10.0.0.7"};
  EXPECT_EQ(ClientAddress("192.0.2.1", "203.0.113.9", config), "192.0.2.1");
  EXPECT_EQ(ClientAddress("127.0.0.1", "203.0.113.9", config), "203.0.113.9");
  EXPECT_EQ(ClientAddress("127.0.0.1", "1.2.3.4, 203.0.113.9, 10.0.0.7", config), "203.0.113.9");
  EXPECT_EQ(ClientAddress("127.0.0.1", "203.0.113.9, nonsense", config), "127.0.0.1");
  EXPECT_EQ(ClientAddress("127.0.0.1", "", config), "127.0.0.1");
  EXPECT_EQ(ClientAddress("::ffff:192.0.2.1", "203.0.113.9", config), "192.0.2.1");
}

TEST(ClientAddressTest, OnlyLoopbackAndProxiesOfOursAreTrusted) {
  Config config;
  config.trusted_proxies = {"10.0.0.7"};
  EXPECT_TRUE(IsTrustedPeer("127.0.0.1", config));
  EXPECT_TRUE(IsTrustedPeer("::1", config));
  EXPECT_TRUE(IsTrustedPeer("::ffff:10.0.0.7", config));
  EXPECT_FALSE(IsTrustedPeer("192.0.2.1", config));
  EXPECT_FALSE(IsTrustedPeer("::ffff:192.0.2.1", config));
}

}  // namespace
}  // namespace forium::gateway
