// SPDX-License-Identifier: Apache-2.0
#include "services/search/segment/bitmap.h"

#include <algorithm>
#include <random>
#include <set>

#include "gtest/gtest.h"

namespace forium::search {
namespace {

TEST(BitmapTest, NextAndPreviousFindAsASetDoes) {
  std::mt19937 random(1);
  for (const Ordinal size : {1u, 63u, 64u, 65u, 128u, 500u}) {
    for (const int many : {0, 1, 3, 100}) {
      Bitmap bitmap(size);
      std::set<Ordinal> set;
      for (int i = 0; i < many; ++i) {
        const auto at = static_cast<Ordinal>(random() % size);
        bitmap.Set(at);
        set.insert(at);
      }
      EXPECT_EQ(bitmap.Count(), set.size());
      for (Ordinal at = 0; at < size + 130; ++at) {
        const auto next = set.lower_bound(at);
        EXPECT_EQ(bitmap.Next(at), next == set.end() ? std::nullopt : std::optional(*next));
        const auto behind = set.upper_bound(at);
        EXPECT_EQ(bitmap.Previous(at),
                  behind == set.begin() ? std::nullopt : std::optional(*std::prev(behind)));
      }
      EXPECT_EQ(bitmap.Next(UINT32_MAX), std::nullopt);
      EXPECT_EQ(bitmap.Previous(UINT32_MAX),
                set.empty() ? std::nullopt : std::optional(*set.rbegin()));
    }
  }
}

TEST(BitmapTest, OfNothingHasNothing) {
  const Bitmap bitmap(0);
  EXPECT_EQ(bitmap.Count(), 0u);
  EXPECT_EQ(bitmap.Next(0), std::nullopt);
  EXPECT_EQ(bitmap.Previous(0), std::nullopt);
}

TEST(BitmapTest, JoinsBitByBit) {
  Bitmap once(130), other(130), both(130);
  for (const Ordinal at : {0u, 64u, 129u}) once.Set(at);
  for (const Ordinal at : {0u, 65u, 129u}) other.Set(at);
  both.OrBoth(once, other);
  EXPECT_EQ(both.Count(), 2u);
  EXPECT_TRUE(both.Has(129));
  Bitmap all = once;
  all.Or(other);
  EXPECT_EQ(all.Count(), 4u);
  all.AndNot(both);
  EXPECT_EQ(all.Count(), 2u);
  all.And(once);
  EXPECT_EQ(all.Next(0), 64u);
  all.Clear(64);
  EXPECT_EQ(all.Count(), 0u);
}

}  // namespace
}  // namespace forium::search
