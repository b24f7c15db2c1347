// SPDX-License-Identifier: Apache-2.0
#include "services/search/index/marks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace forium::search {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

int64_t At(int year, int month, int day) {
  return absl::ToUnixMicros(absl::FromCivil(absl::CivilDay(year, month, day), absl::UTCTimeZone()));
}

TEST(MarksTest, TimesHaveYearAndMonth) {
  EXPECT_EQ(YearMark(At(2016, 3, 1)), "y2016");
  EXPECT_EQ(MonthMark(At(2016, 3, 1)), "m2016-03");
  EXPECT_EQ(MonthMark(At(2016, 3, 1) - 1), "m2016-02");
}

TEST(MarksTest, WholeYearsAreOneMark) {
  EXPECT_THAT(MarksBetween(At(2015, 11, 20), At(2017, 2, 3)),
              ElementsAre("m2015-11", "m2015-12", "y2016", "m2017-01", "m2017-02"));
  EXPECT_THAT(MarksBetween(At(2016, 1, 1), At(2017, 1, 1)), ElementsAre("y2016"));
}

TEST(MarksTest, AMomentIsItsMonthAndNothingIsNothing) {
  EXPECT_THAT(MarksBetween(At(2016, 5, 5), At(2016, 5, 5) + 1), ElementsAre("m2016-05"));
  EXPECT_THAT(MarksBetween(At(2016, 5, 5), At(2016, 5, 5)), IsEmpty());
  EXPECT_THAT(MarksBetween(At(2016, 5, 5), At(2015, 5, 5)), IsEmpty());
}

TEST(MarksTest, OpenEndsAreBounded) {
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  EXPECT_THAT(MarksBetween(kLeast, At(1971, 1, 1)), ElementsAre("y1970"));
  EXPECT_THAT(MarksBetween(kLeast, kMost), SizeIs(60));
  EXPECT_THAT(MarksBetween(At(2016, 1, 1), kMost), SizeIs(60));
  EXPECT_THAT(MarksBetween(kMost - 1, kMost), SizeIs(1));
}

}  // namespace
}  // namespace forium::search
