// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/trusted_proxies.h"

#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

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

TEST(TrustedProxiesTest, NetworksAreTrustedAsAddressesAre) {
  const auto proxies = TrustedProxies::Parse({"10.0.0.0/8", "2001:db8::/32"});
  ASSERT_TRUE(proxies.ok());
  EXPECT_TRUE(proxies->Trusts("10.255.0.1"));
  EXPECT_TRUE(proxies->Trusts("::ffff:10.1.2.3"));
  EXPECT_TRUE(proxies->Trusts("2001:db8:1::1"));
  EXPECT_TRUE(proxies->Trusts("127.8.9.1"));
  EXPECT_FALSE(proxies->Trusts("11.0.0.1"));
  EXPECT_FALSE(proxies->Trusts(""));
  EXPECT_FALSE(proxies->Trusts("127.0.0.1.evil.example"));
  EXPECT_EQ(proxies->ClientAddress("10.0.0.1", "198.51.100.1, 10.2.0.1, 2001:db8::5"),
            "198.51.100.1");
  EXPECT_EQ(proxies->ClientAddress("10.0.0.1", "10.0.0.9"), "10.0.0.9");
}

TEST(TrustedProxiesTest, MistakesAreTold) {
  EXPECT_FALSE(TrustedProxies::Parse({"10.0.0.7/8"}).ok());
  EXPECT_FALSE(TrustedProxies::Parse({"proxy.example"}).ok());
  Config config;
  config.trusted_proxies = {"0.0.0.0/0", "proxy.example"};
  EXPECT_FALSE(IsTrustedPeer("192.0.2.1", config));
}

}  // namespace
}  // namespace forium::gateway
