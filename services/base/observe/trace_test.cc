// SPDX-License-Identifier: Apache-2.0
#include "services/base/observe/trace.h"

#include <cstdlib>
#include <new>
#include <set>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "services/base/observe/log_line.h"
#include "services/base/observe/metrics.h"
#include "services/base/observe/span_queue.h"

namespace {

thread_local int allocations = 0;

}  // namespace

// Counts, for the test of what spans cost.
[[gnu::noinline]] void* operator new(size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace forium::observe {
namespace {

constexpr char kParent[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

// Spans of one test only.
class TraceTest : public ::testing::Test {
 protected:
  ~TraceTest() override { StopRecording(); }
  static SpanRecords Ended() { return TakeSpans(kMaximumSpans, absl::ZeroDuration()); }
};

TEST_F(TraceTest, AContextIsWrittenAsItWasRead) {
  const TraceContext context = ParseTraceparent(kParent);
  ASSERT_TRUE(context.valid());
  EXPECT_TRUE(context.sampled);
  EXPECT_EQ(Traceparent(context), kParent);
  EXPECT_EQ(TraceId(context), "0af7651916cd43dd8448eb211c80319c");
}

TEST_F(TraceTest, OnlyTheSampledFlagCounts) {
  const std::string start = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-";
  EXPECT_FALSE(ParseTraceparent(start + "00").sampled);
  EXPECT_TRUE(ParseTraceparent(start + "ff").sampled);
  EXPECT_FALSE(ParseTraceparent(start + "02").sampled);
  EXPECT_EQ(Traceparent(ParseTraceparent(start + "02")), start + "00");
}

TEST_F(TraceTest, LaterVersionsMayAppendFields) {
  const std::string rest = "-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  EXPECT_TRUE(ParseTraceparent("01" + rest).valid());
  EXPECT_TRUE(ParseTraceparent("cc" + rest + "-what-the-future-will-be-like").valid());
  EXPECT_FALSE(ParseTraceparent("cc" + rest + ".what").valid());
}

TEST_F(TraceTest, AnythingElseIsNoContext) {
  for (const std::string text : {
           "",
           "00",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 ",
           "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "0x-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
           "00-00000000000000000000000000000000-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
           "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333g-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
       }) {
    EXPECT_FALSE(ParseTraceparent(text).valid()) << text;
  }
  EXPECT_EQ(Traceparent(TraceContext()), "");
}

TEST_F(TraceTest, WithoutAnExporterAContextIsHandedOnUnchanged) {
  const TraceContext parent = ParseTraceparent(kParent);
  const Span span(SpanKind::kServer, "work", parent);
  EXPECT_FALSE(span.recorded());
  EXPECT_EQ(Traceparent(span.context()), kParent);
  EXPECT_FALSE(Span(SpanKind::kServer, "work", {}).context().valid());
}

TEST_F(TraceTest, WithoutAnExporterNothingIsAllocated) {
  const TraceContext parent = ParseTraceparent(kParent);
  const int before = allocations;
  for (const TraceContext& context : {parent, TraceContext()}) {
    Span span(SpanKind::kServer, "a name that is too long for the short string", context);
    span.Set(Attribute::kTenant, "a tenant that is too long for the short string");
    const TraceScope scope(span.context(), "0123456789abcdef");
  }
  EXPECT_EQ(allocations, before);
  const std::string text(100, 'x');
  EXPECT_GT(allocations, before) << "it counts";
}

TEST_F(TraceTest, AChildContinuesItsParentsTrace) {
  StartRecording(0);
  const TraceContext parent = ParseTraceparent(kParent);
  {
    Span span(SpanKind::kServer, "work", parent);
    ASSERT_TRUE(span.recorded()) << "the parent is sampled";
    EXPECT_EQ(TraceId(span.context()), TraceId(parent));
    EXPECT_NE(span.context().span, parent.span);
    span.Set(Attribute::kTenant, "default");
    span.Set(Attribute::kSqlStatements, 4);
    span.Fail();
  }
  const SpanRecords ended = Ended();
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0]->name, "work");
  EXPECT_EQ(ended[0]->parent.span, parent.span);
  EXPECT_EQ(ended[0]->attributes.size(), 2u);
  EXPECT_TRUE(ended[0]->failed);
  EXPECT_LE(ended[0]->start, ended[0]->end);
}

TEST_F(TraceTest, AParentThatIsNotSampledKeepsItsChildrenOut) {
  StartRecording(1);
  const TraceContext parent =
      ParseTraceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
  const Span span(SpanKind::kServer, "work", parent);
  EXPECT_FALSE(span.recorded());
  EXPECT_EQ(TraceId(span.context()), TraceId(parent)) << "the log still has it";
}

TEST_F(TraceTest, OneInTenIsRecorded) {
  StartRecording(0.1);
  std::set<std::string> traces;
  int recorded = 0;
  for (int i = 0; i < 10'000; ++i) {
    const Span span(SpanKind::kServer, "work", {});
    traces.insert(TraceId(span.context()));
    if (span.recorded()) ++recorded;
  }
  EXPECT_EQ(traces.size(), 10'000u);
  EXPECT_GT(recorded, 800);
  EXPECT_LT(recorded, 1200);
}

TEST_F(TraceTest, AFullQueueDropsAndCounts) {
  StartRecording(1);
  for (size_t i = 0; i < kMaximumSpans + 5; ++i) Span(SpanKind::kInternal, "work", {});
  EXPECT_EQ(Ended().size(), kMaximumSpans);
  EXPECT_NE(MetricsText().find("forium_trace_spans_dropped_total{reason=\"queue_full\"} 5"),
            std::string::npos);
}

TEST_F(TraceTest, LinesOfTheLogNameWhatTheThreadIsAtWorkOn) {
  const TraceContext context = ParseTraceparent(kParent);
  const std::string request_id = "00ff";
  const auto line = [] { return LogLine(absl::UnixEpoch(), Level::kInfo, "x", {}); };
  {
    const TraceScope scope(context, request_id);
    EXPECT_NE(line().find(",\"request_id\":\"00ff\","
                          "\"trace_id\":\"0af7651916cd43dd8448eb211c80319c\"}"),
              std::string::npos)
        << line();
    const std::string told =
        LogLine(absl::UnixEpoch(), Level::kInfo, "x", {{"request_id", "another"}});
    EXPECT_EQ(told.find("00ff"), std::string::npos) << told;
    std::thread([&line] { EXPECT_EQ(line().find("trace_id"), std::string::npos); }).join();
    {
      const TraceContext none;
      const TraceScope inner(none, "");
      EXPECT_EQ(line().find("trace_id"), std::string::npos);
    }
    EXPECT_NE(line().find("trace_id"), std::string::npos);
  }
  EXPECT_EQ(line().find("trace_id"), std::string::npos);
  EXPECT_EQ(line().find("request_id"), std::string::npos);
}

}  // namespace
}  // namespace forium::observe
