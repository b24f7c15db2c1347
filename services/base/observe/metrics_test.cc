// SPDX-License-Identifier: Apache-2.0
#include "services/base/observe/metrics.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forium::observe {
namespace {

using ::testing::HasSubstr;

TEST(MetricsTest, TheSameNameAndLabelsAreTheSameMetric) {
  prometheus::Counter& one = Counter("forium_test_calls_total", "Calls.", {{"kind", "a"}});
  prometheus::Counter& two = Counter("forium_test_calls_total", "Calls.", {{"kind", "a"}});
  prometheus::Counter& other = Counter("forium_test_calls_total", "Calls.", {{"kind", "b"}});
  EXPECT_EQ(&one, &two);
  EXPECT_NE(&one, &other);
  one.Increment();
  two.Increment();
  EXPECT_THAT(MetricsText(), HasSubstr("forium_test_calls_total{kind=\"a\"} 2"));
}

TEST(MetricsTest, TextHasEveryKind) {
  Gauge("forium_test_size_bytes", "Bytes.").Set(17);
  Latency("forium_test_seconds", "Time.").Observe(0.003);
  Distribution("forium_test_statements", "Statements.", {1, 5}).Observe(4);
  const std::string text = MetricsText();
  EXPECT_THAT(text, HasSubstr("# HELP forium_test_size_bytes Bytes.\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE forium_test_size_bytes gauge\nforium_test_size_bytes 17"));
  EXPECT_THAT(text, HasSubstr("forium_test_seconds_bucket{le=\"0.0025\"} 0"));
  EXPECT_THAT(text, HasSubstr("forium_test_seconds_bucket{le=\"0.005\"} 1"));
  EXPECT_THAT(text, HasSubstr("forium_test_statements_bucket{le=\"5\"} 1"));
}

}  // namespace
}  // namespace forium::observe
