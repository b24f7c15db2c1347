// SPDX-License-Identifier: Apache-2.0
#include "gateway/xds/subscription.h"

#include "gtest/gtest.h"
#include "proto/envoy/config/endpoint.pb.h"

namespace forium::gateway {
namespace {

using envoy::config::endpoint::v3::ClusterLoadAssignment;
using Meaning = Subscription::Meaning;

class SubscriptionTest : public testing::Test {
 protected:
  Subscription::Request Request(const std::vector<std::string>& names, const std::string& nonce) {
    Subscription::Request request;
    for (const std::string& name : names) request.add_resource_names(name);
    request.set_response_nonce(nonce);
    return request;
  }

  Subscription::Request Refusal(const std::vector<std::string>& names, const std::string& nonce) {
    Subscription::Request request = Request(names, nonce);
    request.mutable_error_detail()->set_message("not so");
    return request;
  }

  void AddEndpoint(const std::string& address, const std::string& zone = "", uint32_t weight = 1) {
    snapshot_.services["forum"].push_back({address, 9102, zone, weight});
    ++snapshot_.version;
  }

  // `address priority weight` of each.
  std::vector<std::string> Endpoints(const Subscription::Response& response) {
    ClusterLoadAssignment assignment;
    EXPECT_TRUE(response.resources(0).UnpackTo(&assignment));
    std::vector<std::string> texts;
    for (const auto& locality : assignment.endpoints()) {
      EXPECT_EQ(locality.lb_endpoints_size(), 1);
      texts.push_back(locality.lb_endpoints(0).endpoint().address().socket_address().address() +
                      " " + std::to_string(locality.priority()) + " " +
                      std::to_string(locality.load_balancing_weight().value()));
    }
    return texts;
  }

  using Texts = std::vector<std::string>;
  Snapshot snapshot_{.version = 1, .services = {{"auth", {}}, {"forum", {}}}};
  Subscription subscription_{ResourceType::kEndpoints};
};

TEST_F(SubscriptionTest, NothingIsSentUnasked) { EXPECT_FALSE(subscription_.Next(snapshot_, "")); }

TEST_F(SubscriptionTest, AnswersOnceUntilSomethingChanges) {
  AddEndpoint("10.0.0.1");
  EXPECT_EQ(subscription_.Take(Request({"forum"}, "")), Meaning::kWants);
  const auto first = subscription_.Next(snapshot_, "");
  ASSERT_TRUE(first);
  EXPECT_EQ(Endpoints(*first), Texts{"10.0.0.1 0 1"});
  EXPECT_EQ(subscription_.Take(Request({"forum"}, first->nonce())), Meaning::kAccepted);
  EXPECT_FALSE(subscription_.Next(snapshot_, ""));
  AddEndpoint("10.0.0.2");
  const auto second = subscription_.Next(snapshot_, "");
  ASSERT_TRUE(second);
  EXPECT_EQ(Endpoints(*second), (Texts{"10.0.0.1 0 1", "10.0.0.2 0 1"}));
  EXPECT_NE(first->nonce(), second->nonce());
  EXPECT_NE(first->version_info(), second->version_info());
}

TEST_F(SubscriptionTest, RefusedResponseIsNotRepeated) {
  AddEndpoint("10.0.0.1");
  subscription_.Take(Request({"forum"}, ""));
  const auto first = subscription_.Next(snapshot_, "");
  EXPECT_EQ(subscription_.Take(Refusal({"forum"}, first->nonce())), Meaning::kRefused);
  EXPECT_FALSE(subscription_.Next(snapshot_, ""));
  AddEndpoint("10.0.0.2");
  EXPECT_TRUE(subscription_.Next(snapshot_, ""));
}

TEST_F(SubscriptionTest, AnswerToAnOlderResponseIsStale) {
  subscription_.Take(Request({"forum"}, ""));
  const auto first = subscription_.Next(snapshot_, "");
  AddEndpoint("10.0.0.1");
  const auto second = subscription_.Next(snapshot_, "");
  EXPECT_EQ(subscription_.Take(Request({"forum", "auth"}, first->nonce())), Meaning::kStale);
  EXPECT_FALSE(subscription_.Next(snapshot_, ""));
  EXPECT_EQ(subscription_.Take(Request({"forum"}, second->nonce())), Meaning::kAccepted);
}

TEST_F(SubscriptionTest, ChangedNamesAreAnsweredWithAllOfThem) {
  subscription_.Take(Request({"forum"}, ""));
  const auto first = subscription_.Next(snapshot_, "");
  subscription_.Take(Request({"forum", "auth"}, first->nonce()));
  const auto second = subscription_.Next(snapshot_, "");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->resources_size(), 2);
}

TEST_F(SubscriptionTest, UnknownServiceIsAnsweredWithNoEndpoints) {
  subscription_.Take(Request({"nobody"}, ""));
  const auto response = subscription_.Next(snapshot_, "");
  ASSERT_TRUE(response);
  EXPECT_EQ(Endpoints(*response), Texts{});
}

TEST_F(SubscriptionTest, NameThatNoServiceCanHaveIsLeftOut) {
  subscription_.Take(Request({"No/Body", "forum"}, ""));
  EXPECT_EQ(subscription_.Next(snapshot_, "")->resources_size(), 1);
}

TEST_F(SubscriptionTest, NoNamesStandForAllListeners) {
  Subscription listeners(ResourceType::kListener);
  listeners.Take(Request({}, ""));
  EXPECT_EQ(listeners.Next(snapshot_, "")->resources_size(), 2);
}

TEST_F(SubscriptionTest, NewEndpointsLeaveListenersAlone) {
  Subscription listeners(ResourceType::kListener);
  listeners.Take(Request({"forum"}, ""));
  ASSERT_TRUE(listeners.Next(snapshot_, ""));
  AddEndpoint("10.0.0.1");
  EXPECT_FALSE(listeners.Next(snapshot_, ""));
}

TEST_F(SubscriptionTest, OwnZoneComesFirst) {
  AddEndpoint("10.0.0.1", "a", 3);
  AddEndpoint("10.0.0.2", "b", 5);
  subscription_.Take(Request({"forum"}, ""));
  EXPECT_EQ(Endpoints(*subscription_.Next(snapshot_, "a")),
            (Texts{"10.0.0.1 0 3", "10.0.0.2 1 5"}));
}

TEST_F(SubscriptionTest, OtherZonesServeWhereTheOwnHasNothing) {
  AddEndpoint("10.0.0.1", "a");
  AddEndpoint("10.0.0.2", "b");
  subscription_.Take(Request({"forum"}, ""));
  EXPECT_EQ(Endpoints(*subscription_.Next(snapshot_, "c")),
            (Texts{"10.0.0.1 0 1", "10.0.0.2 0 1"}));
}

TEST_F(SubscriptionTest, VersionOfAnEarlierStreamIsRemembered) {
  auto request = Request({"forum"}, "");
  subscription_.Take(request);
  EXPECT_FALSE(subscription_.had_before());
  Subscription again(ResourceType::kEndpoints);
  request.set_version_info("7");
  again.Take(request);
  EXPECT_TRUE(again.had_before());
}

}  // namespace
}  // namespace forium::gateway
