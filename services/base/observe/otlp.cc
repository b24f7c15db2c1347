// SPDX-License-Identifier: Apache-2.0
#include "services/base/observe/otlp.h"

#include <unistd.h>

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/random/random.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/byte_buffer.h"
#include "services/base/observe/log.h"
#include "services/base/observe/metrics.h"
#include "services/base/observe/otlp_message.h"
#include "services/base/observe/span_queue.h"

namespace forium::observe {
namespace {

constexpr char kMethod[] = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
constexpr size_t kBatch = 512;
constexpr absl::Duration kBatchTime = absl::Seconds(1);
constexpr absl::Duration kAttemptTime = absl::Seconds(3);
constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLastPause = absl::Seconds(10);
constexpr absl::Duration kEndTime = absl::Seconds(2);

prometheus::Counter& Dropped(const char* reason) {
  return Counter("forium_trace_spans_dropped_total", "Spans that no collector took.",
                 {{"reason", reason}});
}

// The codes after which OTLP lets a client send the same again.
bool MayRepeat(grpc::StatusCode code) {
  switch (code) {
    case grpc::CANCELLED:
    case grpc::DEADLINE_EXCEEDED:
    case grpc::RESOURCE_EXHAUSTED:
    case grpc::ABORTED:
    case grpc::OUT_OF_RANGE:
    case grpc::UNAVAILABLE:
    case grpc::DATA_LOSS:
      return true;
    default:
      return false;
  }
}

std::shared_ptr<grpc::Channel> ConnectTo(absl::string_view endpoint) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5000);
  const bool secure = absl::ConsumePrefix(&endpoint, "https://");
  absl::ConsumePrefix(&endpoint, "http://");
  return grpc::CreateCustomChannel(std::string(absl::StripSuffix(endpoint, "/")),
                                   secure ? grpc::SslCredentials(grpc::SslCredentialsOptions())
                                          : grpc::InsecureChannelCredentials(),
                                   arguments);
}

std::string InstanceName() {
  char host[256] = "";
  gethostname(host, sizeof(host) - 1);
  return absl::StrCat(host, ":", getpid());
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

class OtlpExport final : public Export {
 public:
  explicit OtlpExport(ExportOptions options)
      : options_(std::move(options)), thread_([this] { Run(); }) {}
  ~OtlpExport() override {
    {
      absl::MutexLock lock(&mutex_);
      end_by_ = absl::Now() + kEndTime;
    }
    WakeTaker();
    thread_.join();
    given_up_.Increment(static_cast<double>(TakeSpans(kMaximumSpans, {}).size()));
    StopRecording();
  }

 private:
  void Run();
  // Until the collector has them, refused them or the time is over.
  void Send(const SpanRecords& spans);
  grpc::Status Attempt(const grpc::ByteBuffer& request, OtlpResponse* response);
  // False: no more attempts.
  bool Pause(absl::Duration time);
  void Report(const grpc::Status& status);
  absl::Time end_by() const {
    absl::MutexLock lock(&mutex_);
    return end_by_;
  }

  const ExportOptions options_;
  // Made for the first spans: main may set up gRPC until it serves.
  std::unique_ptr<grpc::GenericStub> stub_;
  prometheus::Counter& exported_ =
      Counter("forium_trace_spans_exported_total", "Spans that the collector took.");
  prometheus::Counter& refused_ = Dropped("refused");
  prometheus::Counter& given_up_ = Dropped("unreachable");
  bool failing_ = false;  // the thread's

  mutable absl::Mutex mutex_;
  absl::Time end_by_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();

  std::thread thread_;  // last: starts when all else is there
};

void OtlpExport::Run() {
  while (true) {
    const bool ending = end_by() != absl::InfiniteFuture();
    const SpanRecords spans = TakeSpans(kBatch, ending ? absl::ZeroDuration() : kBatchTime);
    if (!spans.empty()) Send(spans);
    if (ending && (spans.empty() || absl::Now() >= end_by())) return;
  }
}

void OtlpExport::Send(const SpanRecords& spans) {
  const grpc::Slice slice(OtlpMessage(options_, spans).SerializeAsString());
  const grpc::ByteBuffer request(&slice, 1);
  const auto count = static_cast<int64_t>(spans.size());
  absl::Duration pause = kFirstPause;
  while (true) {
    OtlpResponse response;
    const grpc::Status status = Attempt(request, &response);
    Report(status);
    if (status.ok()) {
      const int64_t rejected =
          std::clamp<int64_t>(response.partial_success().rejected_spans(), 0, count);
      exported_.Increment(static_cast<double>(count - rejected));
      refused_.Increment(static_cast<double>(rejected));
      return;
    }
    if (!MayRepeat(status.error_code())) return refused_.Increment(static_cast<double>(count));
    if (!Pause(pause)) return given_up_.Increment(static_cast<double>(count));
    pause = std::min(pause * 2, kLastPause);
  }
}

grpc::Status OtlpExport::Attempt(const grpc::ByteBuffer& request, OtlpResponse* response) {
  if (stub_ == nullptr) stub_ = std::make_unique<grpc::GenericStub>(ConnectTo(options_.endpoint));
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(std::min(absl::Now() + kAttemptTime, end_by())));
  grpc::ByteBuffer answer;
  grpc::Status result;
  absl::Notification done;
  stub_->UnaryCall(&context, kMethod, grpc::StubOptions(), &request, &answer,
                   [&](grpc::Status status) {
                     result = std::move(status);
                     done.Notify();
                   });
  done.WaitForNotification();
  // A collector that took the spans but answers nonsense has them all the same.
  if (result.ok() && !response->ParseFromString(BytesOf(answer))) response->Clear();
  return result;
}

bool OtlpExport::Pause(absl::Duration time) {
  thread_local absl::InsecureBitGen random;
  const absl::Time until = absl::Now() + time * absl::Uniform(random, 0.5, 1.0);
  const auto ending = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return end_by_ != absl::InfiniteFuture();
  };
  absl::MutexLock lock(&mutex_);
  if (!ending()) {
    mutex_.AwaitWithDeadline(absl::Condition(&ending), until);
    return true;  // at the end one attempt more
  }
  return false;
}

void OtlpExport::Report(const grpc::Status& status) {
  if (status.ok() != failing_) return;
  failing_ = !status.ok();
  if (failing_) {
    Log(Level::kWarning, "spans not exported",
        {{"endpoint", options_.endpoint},
         {"grpc_code", static_cast<int>(status.error_code())},
         {"cause", status.error_message()}});
  } else {
    Log(Level::kInfo, "spans are exported again", {{"endpoint", options_.endpoint}});
  }
}

}  // namespace

void AddSettings(config::Settings& settings, ExportOptions* options) {
  settings.Add("otlp_endpoint", &options->endpoint,
               "collector of traces, host:4317 (OTLP over gRPC); none by default");
  settings.Add("trace_sample", &options->sample,
               "part of the requests that is traced, 0 to 1, when there is a collector");
}

absl::StatusOr<std::unique_ptr<Export>> StartExport(const ExportOptions& options) {
  double sample = 0;
  if (!absl::SimpleAtod(options.sample, &sample) || !(sample >= 0 && sample <= 1)) {
    return absl::InvalidArgumentError("trace_sample is a number from 0 to 1, for example 0.01.");
  }
  if (options.endpoint.empty()) return nullptr;
  if (options.endpoint.rfind(':') == std::string::npos) {
    return absl::InvalidArgumentError("otlp_endpoint needs a port, for example collector:4317.");
  }
  ExportOptions complete = options;
  if (complete.instance.empty()) complete.instance = InstanceName();
  StartRecording(sample);
  return std::make_unique<OtlpExport>(std::move(complete));
}

}  // namespace forium::observe
