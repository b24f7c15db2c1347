// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/trusted_proxies.h"

#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

class TrustedProxiesTest : public ::testing::Test {
 protected:
  void Given(const std::vector<std::string>& items) {
    auto proxies = TrustedProxies::Parse(items);
    ASSERT_TRUE(proxies.ok()) << proxies.status();
    proxies_ = *std::move(proxies);
  }
  bool Trusts(std::string_view peer) { return proxies_.Trusts(ParseIp(peer).value()); }
  // Empty: the peer speaks for itself.
  std::string_view Behind(std::string_view forwarded_for) {
    const auto client = proxies_.ClientBehind(forwarded_for);
    if (!client.has_value()) return {};
    EXPECT_EQ(ParseIp(client->address), client->ip);
    return client->address;
  }
  TrustedProxies proxies_;
};

TEST_F(TrustedProxiesTest, TheClientIsTheLastWhomNoProxyOfOursStandsFor) {
  Given({"10.0.0.7"});
  EXPECT_EQ(Behind("203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(Behind("1.2.3.4, 203.0.113.9, 10.0.0.7"), "203.0.113.9");
  EXPECT_EQ(Behind("1.2.3.4,203.0.113.9,\t10.0.0.7"), "203.0.113.9");
  EXPECT_EQ(Behind("2001:db8::5"), "2001:db8::5");
  EXPECT_EQ(Behind("10.0.0.7, 10.0.0.7"), "10.0.0.7");
}

TEST_F(TrustedProxiesTest, WhatIsNoAddressEndsTheChain) {
  Given({"10.0.0.7"});
  EXPECT_EQ(Behind(""), "");
  EXPECT_EQ(Behind("203.0.113.9, nonsense"), "");
  EXPECT_EQ(Behind("203.0.113.9,"), "");
  EXPECT_EQ(Behind("203.0.113.9, nonsense, 10.0.0.7"), "10.0.0.7");
  EXPECT_EQ(Behind("127.0.0.1.evil.example"), "");
}

TEST_F(TrustedProxiesTest, OnlyLoopbackAndProxiesOfOursAreTrusted) {
  Given({"10.0.0.7"});
  EXPECT_TRUE(Trusts("127.0.0.1"));
  EXPECT_TRUE(Trusts("::1"));
  EXPECT_TRUE(Trusts("::ffff:10.0.0.7"));
  EXPECT_FALSE(Trusts("192.0.2.1"));
  EXPECT_FALSE(Trusts("::ffff:192.0.2.1"));
  EXPECT_FALSE(proxies_.Trusts(IpAddress())) << "no address";
}

TEST_F(TrustedProxiesTest, NetworksAreTrustedAsAddressesAre) {
  Given({"10.0.0.0/8", "2001:db8::/32"});
  EXPECT_TRUE(Trusts("10.255.0.1"));
  EXPECT_TRUE(Trusts("::ffff:10.1.2.3"));
  EXPECT_TRUE(Trusts("2001:db8:1::1"));
  EXPECT_TRUE(Trusts("127.8.9.1"));
  EXPECT_FALSE(Trusts("11.0.0.1"));
  EXPECT_EQ(Behind("198.51.100.1, 10.2.0.1, 2001:db8::5"), "198.51.100.1");
  EXPECT_EQ(Behind("10.0.0.9"), "10.0.0.9");
}

TEST_F(TrustedProxiesTest, MistakesAreTold) {
  EXPECT_FALSE(TrustedProxies::Parse({"10.0.0.7/8"}).ok());
  EXPECT_FALSE(TrustedProxies::Parse({"proxy.example"}).ok());
  EXPECT_FALSE(TrustedProxies::Parse({"0.0.0.0/0", "proxy.example"}).ok());
}

}  // namespace
}  // namespace forium::gateway
