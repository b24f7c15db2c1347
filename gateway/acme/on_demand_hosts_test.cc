// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/on_demand_hosts.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'800'000'000);

TEST(OnDemandHostsTest, EachIsCheckedOnceAtATime) {
  OnDemandHosts hosts(10);
  EXPECT_TRUE(hosts.Offer("a.example", kStart));
  EXPECT_FALSE(hosts.Offer("a.example", kStart)) << "waits";
  EXPECT_EQ(hosts.Next(), "a.example");
  EXPECT_EQ(hosts.Next(), std::nullopt);
  EXPECT_FALSE(hosts.Offer("a.example", kStart)) << "is being checked";
  EXPECT_TRUE(hosts.Admit("a.example", kStart));
}

TEST(OnDemandHostsTest, RefusalsAreRememberedForAWhile) {
  OnDemandHosts hosts(10);
  hosts.Offer("a.example", kStart);
  hosts.Next();
  hosts.Refuse("a.example", kStart);
  EXPECT_FALSE(hosts.Offer("a.example", kStart + OnDemandHosts::kRefusedFor - absl::Seconds(1)));
  EXPECT_TRUE(hosts.Offer("a.example", kStart + OnDemandHosts::kRefusedFor));
}

TEST(OnDemandHostsTest, SoManyAnHour) {
  OnDemandHosts hosts(2);
  EXPECT_TRUE(hosts.Admit("a.example", kStart));
  EXPECT_TRUE(hosts.Admit("b.example", kStart + absl::Minutes(30)));
  EXPECT_FALSE(hosts.Admit("c.example", kStart + absl::Minutes(59)));
  EXPECT_FALSE(hosts.Offer("c.example", kStart + absl::Minutes(59)));
  EXPECT_TRUE(hosts.Offer("c.example", kStart + absl::Minutes(60))) << "there is room again";
  EXPECT_TRUE(hosts.Admit("c.example", kStart + absl::Minutes(60)));
  EXPECT_FALSE(hosts.Admit("d.example", kStart + absl::Minutes(61)));
  OnDemandHosts none(0);
  EXPECT_FALSE(none.Admit("a.example", kStart));
}

TEST(OnDemandHostsTest, FloodIsBounded) {
  OnDemandHosts hosts(10);
  int waiting = 0;
  for (int i = 0; i < 1000; ++i) waiting += hosts.Offer(absl::StrCat(i, ".example"), kStart);
  EXPECT_EQ(waiting, static_cast<int>(OnDemandHosts::kMaxWaiting));
  // Emptied as fast as it fills: the checks of a minute are bounded too.
  int checks = waiting;
  for (int i = 1000; i < 2000; ++i) {
    while (const auto host = hosts.Next()) hosts.Refuse(*host, kStart);
    checks += hosts.Offer(absl::StrCat(i, ".example"), kStart);
  }
  EXPECT_EQ(checks, OnDemandHosts::kChecksPerMinute);
  EXPECT_TRUE(hosts.Offer("later.example", kStart + absl::Minutes(1)));
}

TEST(OnDemandHostsTest, RefusalsAreForgottenOldestFirst) {
  OnDemandHosts hosts(10);
  for (size_t i = 0; i <= OnDemandHosts::kMaxRefused; ++i) {
    hosts.Refuse(absl::StrCat(i, ".example"), kStart + absl::Milliseconds(i));
  }
  EXPECT_TRUE(hosts.Offer("0.example", kStart + absl::Seconds(5)));
  EXPECT_FALSE(hosts.Offer("1.example", kStart + absl::Seconds(5)));
  EXPECT_FALSE(
      hosts.Offer(absl::StrCat(OnDemandHosts::kMaxRefused, ".example"), kStart + absl::Seconds(5)));
}

}  // namespace
}  // namespace forium::gateway
