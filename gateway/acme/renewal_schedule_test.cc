// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/renewal_schedule.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

TEST(RenewalScheduleTest, RenewsAtTwoThirdsAndNotAllAtOnce) {
  const absl::Time begin = absl::FromUnixSeconds(1'800'000'000);
  const absl::Time end = begin + absl::Hours(90 * 24);
  std::set<absl::Time> times;
  for (int i = 0; i < 50; ++i) {
    const std::string host = absl::StrCat("host", i, ".example");
    const absl::Time renewal = RenewalTime(host, begin, end);
    EXPECT_GE(renewal, begin + absl::Hours(60 * 24));
    EXPECT_LE(renewal, begin + absl::Hours(62 * 24));
    EXPECT_EQ(renewal, RenewalTime(host, begin, end)) << "a restart does not move it";
    times.insert(renewal);
  }
  EXPECT_GT(times.size(), 30u);
}

TEST(RenewalScheduleTest, PausesGrowToABound) {
  const Pauses pauses;
  EXPECT_EQ(PauseAfter(1, pauses, 0.5), absl::Seconds(5));
  EXPECT_EQ(PauseAfter(2, pauses, 0.5), absl::Minutes(5));
  EXPECT_EQ(PauseAfter(3, pauses, 0.5), absl::Minutes(10));
  EXPECT_EQ(PauseAfter(4, pauses, 0.5), absl::Minutes(20));
  EXPECT_EQ(PauseAfter(30, pauses, 0.5), absl::Hours(12));
  EXPECT_EQ(PauseAfter(1'000'000, pauses, 0.5), absl::Hours(12));
  EXPECT_EQ(PauseAfter(2, pauses, 0), absl::Minutes(4));
  EXPECT_EQ(PauseAfter(2, pauses, 1), absl::Minutes(6));
}

TEST(RenewalScheduleTest, AuthoritiesSeeAtMostFiveFailedChecksAnHour) {
  absl::Duration time;
  int attempts = 1;
  for (int failures = 1; (time += PauseAfter(failures, {}, 0)) < absl::Hours(1); ++failures) {
    ++attempts;
  }
  EXPECT_LE(attempts, 5);
}

}  // namespace
}  // namespace forium::gateway
