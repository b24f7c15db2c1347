// SPDX-License-Identifier: Apache-2.0
#include "gateway/status/status.h"

#include <boost/asio/thread_pool.hpp>
#include <boost/json.hpp>

#include "gateway/status/certificates.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {
namespace json = boost::json;

constexpr absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

CertificateFacts Shown(std::string name, bool from_file, absl::Duration left) {
  return {.name = name,
          .from_file = from_file,
          .hosts = {name},
          .issuer = "An authority",
          .algorithm = "ECDSA",
          .not_before = kNow - absl::Hours(24),
          .not_after = kNow + left,
          .stapled = false};
}

AutomaticCertificateFacts Automatic(std::string host, AutomaticCertificateFacts::State state) {
  return {.host = std::move(host),
          .state = state,
          .on_demand = false,
          .not_after = absl::InfinitePast(),
          .next_attempt = kNow + absl::Hours(1),
          .failures = 2,
          .last_error = "no such name"};
}

TEST(CertificatesTest, DaysAreThoseThatAreWhole) {
  const auto days = [](absl::Duration left) {
    return CertificatesJson({Shown("a", true, left)}, {}, kNow)[0].at("daysLeft").as_int64();
  };
  EXPECT_EQ(days(absl::Hours(49)), 2);
  EXPECT_EQ(days(absl::Hours(23)), 0);
  EXPECT_EQ(days(-absl::Hours(1)), -1);
}

TEST(CertificatesTest, OneThatEndedSaysSo) {
  const json::array list = CertificatesJson({Shown("a", true, -absl::Seconds(1))}, {}, kNow);
  EXPECT_EQ(list[0].at("state").as_string(), "expired");
  EXPECT_EQ(list[0].at("source").as_string(), "file");
}

TEST(CertificatesTest, WhatRenewsItselfTellsWhenAndWhyNot) {
  const json::array list =
      CertificatesJson({Shown("a", false, absl::Hours(100))},
                       {Automatic("a", AutomaticCertificateFacts::State::kFailing)}, kNow);
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].at("source").as_string(), "acme");
  EXPECT_EQ(list[0].at("state").as_string(), "failing");
  EXPECT_EQ(list[0].at("lastError").as_string(), "no such name");
  EXPECT_EQ(list[0].at("nextAttempt"), TimeJson(kNow + absl::Hours(1)));
  EXPECT_EQ(list[0].at("daysLeft").as_int64(), 4);
}

TEST(CertificatesTest, OneThatIsYetToComeIsListed) {
  const json::array list =
      CertificatesJson({Shown("a", true, absl::Hours(100))},
                       {Automatic("b", AutomaticCertificateFacts::State::kWaiting)}, kNow);
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[1].at("hosts").as_array()[0].as_string(), "b");
  EXPECT_TRUE(list[1].at("notAfter").is_null());
  EXPECT_TRUE(list[1].at("daysLeft").is_null());
}

TEST(EdgeStatusTest, ADocumentOfAProcessThatDidNothingIsWhole) {
  boost::asio::thread_pool pool(1);
  const Config config;
  const Admission admission(config.limits);
  const PageCache cache(config.page_cache_bytes);
  const Sites sites(config.sites);
  const CertificateStore certificates;
  const EdgeStatus status({.config = config,
                           .admission = admission,
                           .cache = cache,
                           .sites = sites,
                           .certificates = certificates,
                           .automatic = [] { return std::vector<AutomaticCertificateFacts>(); },
                           .hears_events = [] { return true; }},
                          {}, pool.get_executor());
  const json::value document = json::parse(status.Json());
  EXPECT_EQ(document.at("connections").at("limit").as_int64(), config.max_connections);
  EXPECT_EQ(document.at("requests").at("history").as_array().size(), 60u);
  EXPECT_EQ(document.at("cache").at("maxBytes").as_int64(), config.page_cache_bytes);
  EXPECT_TRUE(document.at("cache").at("lastMinute").at("hitRatio").is_null());
  EXPECT_EQ(document.at("limits").at("classes").as_array().size(), size_t{kRouteClasses});
  EXPECT_GT(document.at("memoryBytes").as_int64(), 0);
  EXPECT_TRUE(document.at("eventBusConnected").as_bool());
  EXPECT_TRUE(document.at("certificates").as_array().empty());
  pool.stop();
  pool.join();
}

}  // namespace
}  // namespace forium::gateway
