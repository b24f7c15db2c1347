// SPDX-License-Identifier: Apache-2.0
#include "services/base/observe/otlp.h"

#include <map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "services/base/observe/metrics.h"
#include "services/base/observe/otlp_message.h"
#include "services/base/observe/trace.h"

namespace forium::observe {
namespace {

namespace otlp = opentelemetry::proto;

// Takes spans as a collector does; may be told to fail first.
class Collector final : public grpc::CallbackGenericService {
 public:
  explicit Collector(int port = 0) {
    grpc::ServerBuilder builder;
    builder.RegisterCallbackGenericService(this);
    builder.AddListeningPort(absl::StrCat("127.0.0.1:", port), grpc::InsecureServerCredentials(),
                             &port_);
    server_ = builder.BuildAndStart();
  }
  ~Collector() override { server_->Shutdown(absl::ToChronoTime(absl::Now())); }
  std::string endpoint() const { return absl::StrCat("127.0.0.1:", port_); }
  int port() const { return port_; }

  void FailNext(int times, grpc::StatusCode code) {
    absl::MutexLock lock(&mutex_);
    failures_ = times;
    failure_ = code;
  }
  // All requests so far, once they hold so many spans.
  std::vector<OtlpRequest> Await(size_t spans) {
    const auto enough = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return count_ >= spans; };
    absl::MutexLock lock(&mutex_);
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(20)))
        << count_ << " of " << spans << " spans came";
    return requests_;
  }
  int attempts() {
    absl::MutexLock lock(&mutex_);
    return attempts_;
  }
  void AwaitAttempts(int attempts) {
    const auto enough = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return attempts_ >= attempts; };
    absl::MutexLock lock(&mutex_);
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(20)));
  }

 private:
  class Call;
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;
  grpc::Status Take(const std::string& method, const std::string& bytes) {
    absl::MutexLock lock(&mutex_);
    ++attempts_;
    if (method != "/opentelemetry.proto.collector.trace.v1.TraceService/Export") {
      return grpc::Status(grpc::UNIMPLEMENTED, method);
    }
    if (failures_ > 0) {
      --failures_;
      return grpc::Status(failure_, "not now");
    }
    OtlpRequest& request = requests_.emplace_back();
    if (!request.ParseFromString(bytes)) return grpc::Status(grpc::INVALID_ARGUMENT, "no OTLP");
    for (const auto& resource : request.resource_spans()) {
      for (const auto& scope : resource.scope_spans()) {
        count_ += static_cast<size_t>(scope.spans_size());
      }
    }
    return grpc::Status::OK;
  }

  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
  absl::Mutex mutex_;
  std::vector<OtlpRequest> requests_ ABSL_GUARDED_BY(mutex_);
  size_t count_ ABSL_GUARDED_BY(mutex_) = 0;
  int attempts_ ABSL_GUARDED_BY(mutex_) = 0;
  int failures_ ABSL_GUARDED_BY(mutex_) = 0;
  grpc::StatusCode failure_ ABSL_GUARDED_BY(mutex_) = grpc::UNAVAILABLE;
};

class Collector::Call final : public grpc::ServerGenericBidiReactor {
 public:
  Call(Collector& collector, std::string method)
      : collector_(collector), method_(std::move(method)) {
    StartRead(&request_);
  }
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status(grpc::CANCELLED, ""));
    std::vector<grpc::Slice> slices;
    std::string bytes;
    (void)request_.Dump(&slices);
    for (const grpc::Slice& slice : slices) {
      bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
    const grpc::Status status = collector_.Take(method_, bytes);
    if (!status.ok()) return Finish(status);
    const grpc::Slice empty;
    response_ = grpc::ByteBuffer(&empty, 1);
    StartWriteAndFinish(&response_, grpc::WriteOptions(), status);
  }
  void OnDone() override { delete this; }

 private:
  Collector& collector_;
  const std::string method_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
};

grpc::ServerGenericBidiReactor* Collector::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  return new Call(*this, context->method());
}

std::unique_ptr<Export> ExportTo(const std::string& endpoint) {
  absl::StatusOr<std::unique_ptr<Export>> started = StartExport({.endpoint = endpoint,
                                                                 .sample = "1",
                                                                 .process = "gateway",
                                                                 .version = "1.2.3",
                                                                 .instance = "one"});
  EXPECT_TRUE(started.ok()) << started.status();
  return *std::move(started);
}

template <typename Fields>
std::map<std::string, std::string> TextOf(const Fields& attributes) {
  std::map<std::string, std::string> text;
  for (const auto& attribute : attributes) {
    const auto& value = attribute.value();
    text[attribute.key()] = value.has_int_value() ? absl::StrCat(value.int_value())
                                                  : absl::StrCat("'", value.string_value(), "'");
  }
  return text;
}

double Metric(const std::string& line) {
  const std::string text = MetricsText();
  const size_t found = text.find("\n" + line + " ");
  return found == std::string::npos ? 0 : std::strtod(text.c_str() + found + line.size() + 2, {});
}

TEST(OtlpTest, SpansArriveWithAllTheyTell) {
  Collector collector;
  const auto exporting = ExportTo(collector.endpoint());
  const TraceContext parent =
      ParseTraceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  {
    Span span(SpanKind::kServer, "request", parent);
    span.Rename("GET /t/{slug}/{id}");
    span.Set(Attribute::kHttpStatus, 503);
    span.Set(Attribute::kTenant, "default");
    span.Fail();
  }
  const std::vector<OtlpRequest> requests = collector.Await(1);
  ASSERT_EQ(requests.size(), 1u);
  const auto& resource_spans = requests[0].resource_spans(0);
  EXPECT_EQ(TextOf(resource_spans.resource().attributes()),
            (std::map<std::string, std::string>{{"service.name", "'gateway'"},
                                                {"service.version", "'1.2.3'"},
                                                {"service.instance.id", "'one'"}}));
  const otlp::trace::v1::Span& span = resource_spans.scope_spans(0).spans(0);
  EXPECT_EQ(span.trace_id(), "\x0a\xf7\x65\x19\x16\xcd\x43\xdd\x84\x48\xeb\x21\x1c\x80\x31\x9c");
  EXPECT_EQ(span.parent_span_id(), "\xb7\xad\x6b\x71\x69\x20\x33\x31");
  EXPECT_EQ(span.span_id().size(), 8u);
  EXPECT_NE(span.span_id(), span.parent_span_id());
  EXPECT_EQ(span.name(), "GET /t/{slug}/{id}");
  EXPECT_EQ(span.kind(), otlp::trace::v1::Span::SPAN_KIND_SERVER);
  EXPECT_EQ(span.status().code(), otlp::trace::v1::Status::STATUS_CODE_ERROR);
  EXPECT_EQ(TextOf(span.attributes()),
            (std::map<std::string, std::string>{{"http.response.status_code", "503"},
                                                {"forium.tenant", "'default'"}}));
  EXPECT_GE(span.end_time_unix_nano(), span.start_time_unix_nano());
  EXPECT_LT(absl::Now() - absl::FromUnixNanos(static_cast<int64_t>(span.end_time_unix_nano())),
            absl::Minutes(1));
  EXPECT_EQ(span.links_size(), 0);
}

TEST(OtlpTest, AConsumersSpanIsLinkedToTheChange) {
  Collector collector;
  const auto exporting = ExportTo(collector.endpoint());
  Span change(SpanKind::kServer, "change", {});
  Span(SpanKind::kConsumer, "handle event", ParseTraceparent(Traceparent(change.context())));
  const otlp::trace::v1::Span span =
      collector.Await(1)[0].resource_spans(0).scope_spans(0).spans(0);
  ASSERT_EQ(span.links_size(), 1);
  EXPECT_EQ(span.links(0).trace_id(), span.trace_id());
  EXPECT_EQ(span.links(0).span_id(), span.parent_span_id());
}

TEST(OtlpTest, ACollectorThatIsBusyGetsThemLaterAndOnce) {
  Collector collector;
  collector.FailNext(2, grpc::UNAVAILABLE);
  const auto exporting = ExportTo(collector.endpoint());
  Span(SpanKind::kInternal, "work", {});
  EXPECT_EQ(collector.Await(1).size(), 1u);
  EXPECT_EQ(collector.attempts(), 3);
}

TEST(OtlpTest, ACollectorThatComesBackGetsThem) {
  auto collector = std::make_unique<Collector>();
  const int port = collector->port();
  const std::string endpoint = collector->endpoint();
  collector.reset();
  const auto exporting = ExportTo(endpoint);
  Span(SpanKind::kInternal, "work", {});
  absl::SleepFor(absl::Milliseconds(1500));  // into the first attempts
  Collector again(port);
  EXPECT_EQ(again.Await(1).size(), 1u);
}

TEST(OtlpTest, WhatACollectorRefusesIsDroppedAndCounted) {
  constexpr char kDropped[] = "forium_trace_spans_dropped_total{reason=\"refused\"}";
  const double before = Metric(kDropped);
  Collector collector;
  collector.FailNext(1, grpc::INVALID_ARGUMENT);
  const auto exporting = ExportTo(collector.endpoint());
  Span(SpanKind::kInternal, "refused", {});
  collector.AwaitAttempts(1);
  Span(SpanKind::kInternal, "taken", {});
  const std::vector<OtlpRequest> requests = collector.Await(1);
  EXPECT_EQ(requests[0].resource_spans(0).scope_spans(0).spans(0).name(), "taken");
  EXPECT_EQ(Metric(kDropped), before + 1);
}

TEST(OtlpTest, WhatWaitsIsSentAtTheEndInBatches) {
  Collector collector;
  auto exporting = ExportTo(collector.endpoint());
  for (int i = 0; i < 1300; ++i) Span(SpanKind::kInternal, "work", {});
  exporting.reset();
  const std::vector<OtlpRequest> requests = collector.Await(1300);
  for (const OtlpRequest& request : requests) {
    EXPECT_LE(request.resource_spans(0).scope_spans(0).spans_size(), 512);
  }
  EXPECT_FALSE(Span(SpanKind::kInternal, "after", {}).recorded());
}

TEST(OtlpTest, AnEndWithoutACollectorIsQuickAndCounted) {
  constexpr char kDropped[] = "forium_trace_spans_dropped_total{reason=\"unreachable\"}";
  const double before = Metric(kDropped);
  auto exporting = ExportTo("127.0.0.1:1");
  Span(SpanKind::kInternal, "work", {});
  const absl::Time begin = absl::Now();
  exporting.reset();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(6));
  EXPECT_EQ(Metric(kDropped), before + 1);
}

TEST(OtlpTest, OptionsThatCannotWorkAreRefused) {
  EXPECT_EQ(StartExport({.endpoint = "collector:4317", .sample = "often"}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(StartExport({.endpoint = "collector:4317", .sample = "1.5"}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(StartExport({.endpoint = "collector"}).status().code(),
            absl::StatusCode::kInvalidArgument);
  const auto none = StartExport({});
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(*none, nullptr);
  EXPECT_FALSE(Span(SpanKind::kServer, "work", {}).context().valid());
}

}  // namespace
}  // namespace forium::observe
