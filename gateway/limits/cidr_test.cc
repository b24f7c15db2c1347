// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/cidr.h"

#include <random>

#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

CidrSet Set(std::vector<std::string> items) {
  auto set = CidrSet::Parse(items);
  EXPECT_TRUE(set.ok()) << set.status();
  return set.ok() ? *std::move(set) : CidrSet();
}

bool Has(const CidrSet& set, std::string_view address) {
  const auto parsed = ParseIp(address);
  EXPECT_TRUE(parsed.has_value()) << address;
  return parsed.has_value() && set.Contains(*parsed);
}

TEST(IpAddressTest, MappedIPv4IsIPv4) {
  EXPECT_EQ(ParseIp("::ffff:192.0.2.1"), ParseIp("192.0.2.1"));
  EXPECT_TRUE(ParseIp("::ffff:c000:201")->is_ipv4());
  EXPECT_EQ(ParseIp("::ffff:192.0.2.1")->ToString(), "192.0.2.1");
  EXPECT_EQ(ParseIp("2001:DB8:0:0::1")->ToString(), "2001:db8::1");
}

TEST(IpAddressTest, NetworkIsTheAddressOrItsSixtyFour) {
  EXPECT_EQ(ParseIp("2001:db8::1")->Network(), ParseIp("2001:db8::ffff:1")->Network());
  EXPECT_NE(ParseIp("2001:db8::1")->Network(), ParseIp("2001:db8:0:1::1")->Network());
  EXPECT_NE(ParseIp("192.0.2.1")->Network(), ParseIp("192.0.2.2")->Network());
}

TEST(IpAddressTest, WhatIsNoAddressIsNone) {
  for (const std::string_view text :
       {std::string_view(""), std::string_view("1.2.3"), std::string_view("01.2.3.4"),
        std::string_view("1.2.3.256"), std::string_view(" 1.2.3.4"), std::string_view("[::1]"),
        std::string_view("fe80::1%eth0"), std::string_view("1.2.3.4:80"),
        std::string_view("1.2.3.4\0x", 9), std::string_view("::1::")}) {
    EXPECT_FALSE(ParseIp(text).has_value()) << text;
  }
  EXPECT_FALSE(ParseIp(std::string(1000, ':')).has_value());
}

TEST(CidrTest, NetworksContainTheirAddressesAndNoOthers) {
  const CidrSet set = Set({"192.0.2.0/24", "10.0.0.7", "2001:db8::/32"});
  EXPECT_TRUE(Has(set, "192.0.2.0"));
  EXPECT_TRUE(Has(set, "192.0.2.255"));
  EXPECT_TRUE(Has(set, "::ffff:192.0.2.17"));
  EXPECT_FALSE(Has(set, "192.0.1.255"));
  EXPECT_FALSE(Has(set, "192.0.3.0"));
  EXPECT_TRUE(Has(set, "10.0.0.7"));
  EXPECT_FALSE(Has(set, "10.0.0.8"));
  EXPECT_TRUE(Has(set, "2001:db8:ffff::1"));
  EXPECT_FALSE(Has(set, "2001:db9::"));
}

TEST(CidrTest, AllOfOneFamilyIsNothingOfTheOther) {
  EXPECT_FALSE(Has(Set({"::/0"}), "192.0.2.1"));
  EXPECT_TRUE(Has(Set({"::/0"}), "ffff::1"));
  EXPECT_FALSE(Has(Set({"0.0.0.0/0"}), "::1"));
  EXPECT_TRUE(Has(Set({"0.0.0.0/0"}), "255.255.255.255"));
  EXPECT_TRUE(Has(Set({"::ffff:192.0.2.0/120"}), "192.0.2.9"));
}

TEST(CidrTest, NetworksThatOverlapOrTouchBecomeOne) {
  EXPECT_EQ(Set({"10.0.0.0/9", "10.128.0.0/9", "10.1.0.0/16"}).ranges(), 1u);
  EXPECT_EQ(Set({"::/0", "ffff::/16", "::1"}).ranges(), 1u);
  EXPECT_EQ(Set({"0.0.0.0/0", "255.255.255.255"}).ranges(), 1u);
  EXPECT_EQ(Set({"10.0.0.0/24", "10.0.2.0/24"}).ranges(), 2u);
}

TEST(CidrTest, MistakesAreNamed) {
  for (const char* item : {"", "/", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/08", "::/129",
                           "1.2.3.0/2 4", "hello", "10.0.0.7/8", "2001:db8::1/32", "::ffff:0:0/90",
                           "1.2.3.4/24/24", "1.2.3.0/99999999999"}) {
    const auto set = CidrSet::Parse(std::vector<std::string>{"192.0.2.0/24", item});
    ASSERT_FALSE(set.ok()) << item;
    EXPECT_NE(set.status().message().find(item), absl::string_view::npos) << set.status();
  }
  EXPECT_NE(
      CidrSet::Parse(std::vector<std::string>{"10.0.0.7/8"}).status().message().find("10.0.0.0/8"),
      absl::string_view::npos);
}

TEST(CidrTest, TextsHaveCommentsAndTellTheLine) {
  const auto set = CidrSet::ParseText("# list\r\n192.0.2.0/24 ; a note\r\n\n  2001:db8::/32\n");
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_EQ(set->ranges(), 2u);
  const auto wrong = CidrSet::ParseText("192.0.2.0/24\n\nnonsense\n");
  ASSERT_FALSE(wrong.ok());
  EXPECT_TRUE(wrong.status().message().find("line 3") != absl::string_view::npos);
}

TEST(CidrTest, AgreesWithMatchingOneByOne) {
  std::mt19937 random(7);
  std::vector<std::string> items;
  std::vector<std::pair<uint32_t, int>> plain;
  for (int i = 0; i < 300; ++i) {
    const int length = 4 + static_cast<int>(random() % 29);
    const uint32_t mask = ~uint32_t{0} << (32 - length);
    const uint32_t network = static_cast<uint32_t>(random()) & mask;
    plain.emplace_back(network, length);
    items.push_back(IpAddress::FromIPv4(network).ToString() + "/" + std::to_string(length));
  }
  // Long ones only, else everything is inside.
  std::erase_if(items, [](const std::string& item) {
    return std::stoi(item.substr(item.find('/') + 1)) < 10;
  });
  std::erase_if(plain, [](const auto& network) { return network.second < 10; });
  const CidrSet set = Set(items);
  int inside = 0;
  for (int i = 0; i < 20'000; ++i) {
    uint32_t address = static_cast<uint32_t>(random());
    if (i % 2 == 0) address = plain[random() % plain.size()].first - 1 + random() % 3;
    bool expected = false;
    for (const auto& [network, length] : plain) {
      expected = expected || ((address ^ network) >> (32 - length)) == 0;
    }
    inside += expected;
    ASSERT_EQ(set.Contains(IpAddress::FromIPv4(address)), expected) << address;
  }
  EXPECT_GT(inside, 100);
  EXPECT_LT(inside, 19'900);
}

}  // namespace
}  // namespace forium::gateway
