// SPDX-License-Identifier: Apache-2.0
#include "gateway/cache/shelf.h"

#include <algorithm>
#include <cmath>
#include <list>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

constexpr int64_t kPage = 10'000;

class ShelfTest : public ::testing::Test {
 protected:
  ShelfTest() { shelf_.SetBound(100 * (kPage + 700)); }
  void Keep(const std::string& key, std::vector<std::string> tags = {}) {
    auto page = std::make_shared<CachedPage>();
    page->body = std::string(kPage, 'x');
    page->tags = std::move(tags);
    shelf_.Keep(key, page, absl::InfiniteFuture());
  }
  // A request: finds it or makes it.
  bool Ask(const std::string& key) {
    if (shelf_.Find(key) != nullptr) return true;
    Keep(key);
    return false;
  }
  void AskTwice(const std::string& key) {
    Ask(key);
    Ask(key);
  }
  int Count(const std::string& tenant, int keys) {
    int count = 0;
    for (int i = 0; i < keys; ++i) {
      count += shelf_.Peek(tenant + " " + std::to_string(i)) != nullptr;
    }
    return count;
  }

  Shelf shelf_;
};

TEST_F(ShelfTest, WhatIsReadOnceStaysWithinAQuarter) {
  for (int i = 0; i < 500; ++i) Ask("t " + std::to_string(i));
  EXPECT_LE(shelf_.pages(), 25);
  EXPECT_GE(shelf_.pages(), 20);
}

TEST_F(ShelfTest, WhatIsReadAgainFillsItAndNoMore) {
  for (int i = 0; i < 500; ++i) AskTwice("t " + std::to_string(i));
  EXPECT_GE(shelf_.pages(), 95);
  EXPECT_LE(shelf_.bytes(), 100 * (kPage + 700));
  EXPECT_EQ(shelf_.evictions(), 500 - shelf_.pages());
}

TEST_F(ShelfTest, ACrawlerPushesNothingOutThatPeopleRead) {
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 70; ++i) Ask("t hot" + std::to_string(i));
  }
  for (int i = 0; i < 5000; ++i) Ask("t cold" + std::to_string(i));
  for (int i = 0; i < 70; ++i) EXPECT_NE(shelf_.Peek("t hot" + std::to_string(i)), nullptr) << i;
}

TEST_F(ShelfTest, WhatComesBackSoonStays) {
  Ask("t back");
  for (int i = 0; i < 40; ++i) Ask("t once" + std::to_string(i));
  EXPECT_EQ(shelf_.Peek("t back"), nullptr);
  Ask("t back");
  for (int i = 0; i < 40; ++i) Ask("t other" + std::to_string(i));
  EXPECT_NE(shelf_.Peek("t back"), nullptr);
}

TEST_F(ShelfTest, ADroppedPageThatWasReadKeepsItsPlace) {
  for (int i = 0; i < 3; ++i) Ask("t hot");
  shelf_.Find("t hot");
  const std::vector<std::string> tags = {"topic:1"};
  Keep("t hot", tags);
  shelf_.Drop(tags);
  EXPECT_EQ(shelf_.Peek("t hot"), nullptr);
  Ask("t hot");
  for (int i = 0; i < 40; ++i) Ask("t once" + std::to_string(i));
  EXPECT_NE(shelf_.Peek("t hot"), nullptr);
}

TEST_F(ShelfTest, ATenantAloneMayHaveItAll) {
  for (int i = 0; i < 200; ++i) AskTwice("a " + std::to_string(i));
  EXPECT_GE(Count("a", 200), 95);
  EXPECT_GT(shelf_.over_share(), 0);
}

TEST_F(ShelfTest, ATenantHasAtMostHalfWhenOthersNeedTheirs) {
  for (int i = 0; i < 200; ++i) AskTwice("a " + std::to_string(i));
  for (int i = 0; i < 40; ++i) AskTwice("b " + std::to_string(i));
  EXPECT_EQ(Count("b", 40), 40);
  // Whatever it does now, the other's pages stay.
  for (int round = 0; round < 3; ++round) {
    for (int i = 200; i < 600; ++i) AskTwice("a " + std::to_string(i));
  }
  EXPECT_EQ(Count("b", 40), 40);
  EXPECT_GE(Count("a", 600), 45);
  for (int i = 40; i < 100; ++i) AskTwice("b " + std::to_string(i));
  EXPECT_LE(Count("a", 600), 51);
  EXPECT_LE(Count("b", 100), 51);
}

TEST_F(ShelfTest, CountsWhatLiesAroundThePages) {
  auto page = std::make_shared<CachedPage>();
  page->tags = {"topic:1", "list"};
  shelf_.Keep("t a", page, absl::InfiniteFuture());
  EXPECT_GE(shelf_.bytes(), 600);
  shelf_.DropAll();
  EXPECT_EQ(shelf_.bytes(), 0);
  EXPECT_EQ(shelf_.pages(), 0);
}

TEST_F(ShelfTest, WhatNeverFitsIsNotKept) {
  Ask("t a");
  auto page = std::make_shared<CachedPage>();
  page->body = std::string(101 * (kPage + 700), 'x');
  shelf_.Keep("t large", page, absl::InfiniteFuture());
  EXPECT_EQ(shelf_.Peek("t large"), nullptr);
  EXPECT_NE(shelf_.Peek("t a"), nullptr);
}

// The least recently used first, to compare with.
class LeastRecentlyUsed {
 public:
  explicit LeastRecentlyUsed(size_t most) : most_(most) {}
  bool Ask(int key) {
    if (const auto found = places_.find(key); found != places_.end()) {
      keys_.splice(keys_.begin(), keys_, found->second);
      return true;
    }
    if (keys_.size() == most_) {
      places_.erase(keys_.back());
      keys_.pop_back();
    }
    keys_.push_front(key);
    places_[key] = keys_.begin();
    return false;
  }

 private:
  size_t most_;
  std::list<int> keys_;
  std::unordered_map<int, std::list<int>::iterator> places_;
};

// People read by Zipf's law, a third of the requests are a crawler's.
TEST_F(ShelfTest, HitsMoreThanTheLeastRecentlyUsedWouldUnderAScan) {
  constexpr int kTopics = 3000;
  std::vector<double> weights(kTopics);
  double sum = 0;
  for (int i = 0; i < kTopics; ++i) weights[i] = sum += std::pow(i + 1, -0.9);
  std::mt19937 random(7);
  std::uniform_real_distribution<double> unit(0, 1);
  LeastRecentlyUsed other(100);
  int asked = 0, hits = 0, other_hits = 0, crawled = kTopics;
  for (int i = 0; i < 60'000; ++i) {
    const bool crawler = unit(random) < 1.0 / 3;
    const int key = crawler ? crawled++
                            : static_cast<int>(std::lower_bound(weights.begin(), weights.end(),
                                                                unit(random) * sum) -
                                               weights.begin());
    const bool hit = Ask("t " + std::to_string(key));
    const bool other_hit = other.Ask(key);
    if (crawler) continue;
    ++asked;
    hits += hit;
    other_hits += other_hit;
  }
  RecordProperty("hit_percent", 100 * hits / asked);
  RecordProperty("least_recently_used_percent", 100 * other_hits / asked);
  EXPECT_GT(hits, asked * 42 / 100);
  EXPECT_GT(hits, other_hits * 5 / 4);
}

}  // namespace
}  // namespace forium::gateway
