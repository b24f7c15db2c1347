// SPDX-License-Identifier: Apache-2.0
#include "services/search/analytics/analytics.h"

#include "gtest/gtest.h"
#include "services/base/database/testing.h"
#include "services/base/status/status.h"
#include "services/search/migrations.h"

namespace forium::search {
namespace {

TEST(CountedTextTest, WordsAreFoldedAndWhatNamesPeopleIsLeftOut) {
  EXPECT_EQ(CountedText("  Tile   MAPS "), "tile maps");
  EXPECT_EQ(CountedText("maps @ann order:latest"), "maps");
  EXPECT_EQ(CountedText("user:ann maps -@ben"), "maps");
  EXPECT_EQ(CountedText("0x80070005"), "0x80070005");
}

TEST(CountedTextTest, WhatLooksPrivateIsNotKept) {
  EXPECT_EQ(CountedText("ann@example.org"), "");
  EXPECT_EQ(CountedText("call +49 170 1234567"), "");
  EXPECT_EQ(CountedText(std::string(2000, 'a')), "");
}

class AnalyticsTest : public database::TestDatabases {
 protected:
  void SetUp() override {
    database::TestDatabases::SetUp();
    if (IsSkipped()) return;
    tenants_ = std::make_unique<database::Tenants>(
        [this](std::string_view) { return TryOpen(kMigrations); });
    analytics_ = std::make_unique<Analytics>(
        AnalyticsOptions{.enabled = true, .write_every = absl::Hours(1), .keep_days = 90},
        *tenants_);
  }
  void TearDown() override {
    analytics_.reset();
    tenants_.reset();
    database::TestDatabases::TearDown();
  }
  std::string Search(std::string_view query, int times = 1, bool found = true) {
    std::string id;
    for (int i = 0; i < times; ++i) id = analytics_->Record("default", query, found);
    return id;
  }
  v1::SearchAnalytics Get() {
    absl::StatusOr<v1::SearchAnalytics> analytics = analytics_->Get("default", 0);
    EXPECT_TRUE(analytics.ok()) << status::CauseOf(analytics.status());
    return analytics.ok() ? *analytics : v1::SearchAnalytics();
  }

  std::unique_ptr<database::Tenants> tenants_;
  std::unique_ptr<Analytics> analytics_;
};
INSTANTIATE_TEST_SUITE_P(Engines, AnalyticsTest, testing::ValuesIn(database::Engines()),
                         database::EngineName);

TEST_P(AnalyticsTest, CountsAreShownByQueryAndDay) {
  Search("Maps", 3);
  Search("maps ", 2);
  Search("nonsense", 4, false);
  const v1::SearchAnalytics analytics = Get();
  EXPECT_EQ(analytics.searches(), 9);
  EXPECT_EQ(analytics.without_results(), 4);
  ASSERT_EQ(analytics.top_size(), 2);
  EXPECT_EQ(analytics.top(0).query(), "maps");
  EXPECT_EQ(analytics.top(0).searches(), 5);
  ASSERT_EQ(analytics.top_without_results_size(), 1);
  EXPECT_EQ(analytics.top_without_results(0).query(), "nonsense");
  ASSERT_GE(analytics.days_size(), 1);
}

TEST_P(AnalyticsTest, AQueryThatOnePersonHadOnceIsNotShown) {
  Search("my neighbour's name", 2);
  const v1::SearchAnalytics analytics = Get();
  EXPECT_EQ(analytics.searches(), 2);
  EXPECT_EQ(analytics.top_size(), 0);
}

TEST_P(AnalyticsTest, ClicksBelongToWhatWasSearchedAndAreNotForged) {
  const std::string id = Search("maps", 3);
  analytics_->RecordClick("default", id, 2);
  analytics_->RecordClick("default", "", 1);
  analytics_->RecordClick("default", "nonsense", 1);
  analytics_->RecordClick("default", "1-0000000000000001", 1);
  const std::string unknown = id.substr(0, id.find('-')) + "-00000000000000ff";
  analytics_->RecordClick("default", unknown, 1);
  v1::SearchAnalytics analytics = Get();
  ASSERT_EQ(analytics.top_size(), 1);
  EXPECT_EQ(analytics.top(0).clicks(), 1);
  EXPECT_EQ(analytics.top(0).mean_position(), 2);
  EXPECT_EQ(analytics.clicked(), 1);
  for (int i = 0; i < 10; ++i) {
    analytics_->RecordClick("default", id, 1);
    analytics = Get();
  }
  EXPECT_EQ(analytics.top(0).clicks(), 3) << "more clicks than searches";
}

TEST_P(AnalyticsTest, MoreQueriesThanMemoryHoldsAreCountedAsOne) {
  for (size_t i = 0; i < Analytics::kMaxPending + 50; ++i) Search("word" + std::to_string(i));
  EXPECT_EQ(Get().searches(), static_cast<int64_t>(Analytics::kMaxPending + 50));
}

TEST_P(AnalyticsTest, DaysAreBounded) {
  EXPECT_EQ(analytics_->Get("default", 91).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(analytics_->Get("default", -1).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(AnalyticsOffTest, NothingIsCounted) {
  database::Tenants none([](std::string_view) { return absl::InternalError("opened"); });
  Analytics analytics({.enabled = false}, none);
  EXPECT_EQ(analytics.Record("default", "maps", true), "");
  analytics.RecordClick("default", "1-0000000000000001", 1);
  EXPECT_TRUE(analytics.Flush().ok());
}

}  // namespace
}  // namespace forium::search
