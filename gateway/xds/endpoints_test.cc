// SPDX-License-Identifier: Apache-2.0
#include "gateway/xds/endpoints.h"

#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

class EndpointsTest : public testing::Test {
 protected:
  discovery::v1::Registration Process(const std::string& instance, const std::string& address) {
    discovery::v1::Registration registration;
    registration.set_service("forum");
    registration.set_instance(instance);
    registration.set_address(address);
    registration.set_weight(1);
    registration.set_healthy(true);
    return registration;
  }

  std::vector<std::string> Addresses() {
    std::vector<std::string> addresses;
    for (const Endpoint& endpoint : endpoints_.snapshot()->services.at("forum")) {
      addresses.push_back(endpoint.address + " " + std::to_string(endpoint.port));
    }
    return addresses;
  }

  using Texts = std::vector<std::string>;
  Endpoints endpoints_{{"forum"}, absl::Seconds(3)};
};

TEST_F(EndpointsTest, KnownServiceIsThereWithoutEndpoints) {
  EXPECT_EQ(endpoints_.snapshot()->version, 1u);
  EXPECT_EQ(Addresses(), Texts{});
}

TEST_F(EndpointsTest, RegisteredProcessesAreThere) {
  ASSERT_TRUE(endpoints_.Put(1, Process("a", "10.0.0.1:9102")).ok());
  const auto version = endpoints_.Put(2, Process("b", "[fd00::2]:9102"));
  EXPECT_EQ(Addresses(), (Texts{"10.0.0.1 9102", "fd00::2 9102"}));
  EXPECT_EQ(*version, endpoints_.snapshot()->version);
}

TEST_F(EndpointsTest, SameWordsMakeNoNewVersion) {
  ASSERT_TRUE(endpoints_.Put(1, Process("a", "10.0.0.1:9102")).ok());
  const uint64_t version = endpoints_.snapshot()->version;
  ASSERT_TRUE(endpoints_.Put(1, Process("a", "10.0.0.1:9102")).ok());
  EXPECT_EQ(endpoints_.snapshot()->version, version);
}

TEST_F(EndpointsTest, UnhealthyProcessIsLeftOut) {
  auto process = Process("a", "10.0.0.1:9102");
  ASSERT_TRUE(endpoints_.Put(1, process).ok());
  process.set_healthy(false);
  ASSERT_TRUE(endpoints_.Put(1, process).ok());
  EXPECT_EQ(Addresses(), Texts{});
}

TEST_F(EndpointsTest, GoodbyeTakesTheProcessAwayAtOnce) {
  ASSERT_TRUE(endpoints_.Put(1, Process("a", "10.0.0.1:9102")).ok());
  endpoints_.Leave(1);
  EXPECT_EQ(Addresses(), Texts{});
}

TEST_F(EndpointsTest, BrokenStreamKeepsItsProcessForTheGrace) {
  ASSERT_TRUE(endpoints_.Put(1, Process("a", "10.0.0.1:9102")).ok());
  endpoints_.Break(1);
  endpoints_.Forget(absl::Now() + absl::Seconds(2));
  EXPECT_EQ(Addresses(), Texts{"10.0.0.1 9102"});
  endpoints_.Forget(absl::Now() + absl::Seconds(4));
  EXPECT_EQ(Addresses(), Texts{});
}

TEST_F(EndpointsTest, NewStreamOfTheSameProcessEndsTheGrace) {
  ASSERT_TRUE(endpoints_.Put(1, Process("a", "10.0.0.1:9102")).ok());
  endpoints_.Break(1);
  ASSERT_TRUE(endpoints_.Put(2, Process("a", "10.0.0.1:9102")).ok());
  endpoints_.Forget(absl::Now() + absl::Seconds(4));
  EXPECT_EQ(Addresses(), Texts{"10.0.0.1 9102"});
}

TEST_F(EndpointsTest, LateEndOfAnOldStreamTakesNothingAway) {
  ASSERT_TRUE(endpoints_.Put(1, Process("a", "10.0.0.1:9102")).ok());
  ASSERT_TRUE(endpoints_.Put(2, Process("a", "10.0.0.1:9102")).ok());
  endpoints_.Break(1);
  endpoints_.Leave(1);
  endpoints_.Forget(absl::Now() + absl::Seconds(4));
  EXPECT_EQ(Addresses(), Texts{"10.0.0.1 9102"});
}

TEST_F(EndpointsTest, ProcessThatMovesLeavesItsOldAddress) {
  ASSERT_TRUE(endpoints_.Put(1, Process("a", "10.0.0.1:9102")).ok());
  endpoints_.Break(1);
  ASSERT_TRUE(endpoints_.Put(2, Process("a", "10.0.0.9:9102")).ok());
  EXPECT_EQ(Addresses(), Texts{"10.0.0.9 9102"});
}

TEST_F(EndpointsTest, RestartedProcessTakesTheAddressOver) {
  ASSERT_TRUE(endpoints_.Put(1, Process("a", "10.0.0.1:9102")).ok());
  endpoints_.Break(1);
  auto restarted = Process("b", "10.0.0.1:9102");
  restarted.set_healthy(false);
  ASSERT_TRUE(endpoints_.Put(2, restarted).ok());
  EXPECT_EQ(Addresses(), Texts{});
}

TEST_F(EndpointsTest, WhatClientsCannotReadIsRefused) {
  for (const char* address : {"forum:9102", "10.0.0.1", "10.0.0.1:0", "10.0.0.1:70000", ":9102"}) {
    EXPECT_EQ(endpoints_.Put(1, Process("a", address)).status().code(),
              absl::StatusCode::kInvalidArgument)
        << address;
  }
  auto process = Process("a", "10.0.0.1:9102");
  process.set_weight(0);
  EXPECT_EQ(endpoints_.Put(1, process).status().code(), absl::StatusCode::kInvalidArgument);
  process.set_weight(1);
  process.set_service("Forum/2");
  EXPECT_EQ(endpoints_.Put(1, process).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Addresses(), Texts{});
}

TEST_F(EndpointsTest, AnyServiceMayJoin) {
  auto process = Process("a", "10.0.0.1:9103");
  process.set_service("media");
  ASSERT_TRUE(endpoints_.Put(1, process).ok());
  EXPECT_EQ(endpoints_.snapshot()->services.at("media").size(), 1u);
}

}  // namespace
}  // namespace forium::gateway
