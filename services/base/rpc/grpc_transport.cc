// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/grpc_transport.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "grpcpp/alarm.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "services/base/observe/log.h"
#include "services/base/rpc/byte_buffer.h"
#include "services/base/rpc/deadlock_detection.h"
#include "services/base/rpc/metadata.h"
#include "services/base/rpc/methods.h"
#include "services/base/rpc/status_mapping.h"

namespace forium::rpc {
namespace {

// For how long a call is tried again, its deadline allowing. Longer than a server takes to be
// replaced, shorter than a reader's patience.
constexpr absl::Duration kTryFor = absl::Seconds(2);
// The second attempt comes at once: another server may be there. Then pauses, doubling.
constexpr absl::Duration kFirstPause = absl::Milliseconds(10);
constexpr absl::Duration kLastPause = absl::Milliseconds(200);

// Whether running the call twice is as good as once: its proto says so, or its request has an id by
// which the server knows it again. Asked when a call failed only.
bool IsRepeatable(const std::string& path, const grpc::ByteBuffer& request) {
  std::string name = path.substr(1);
  if (const size_t slash = name.find('/'); slash != std::string::npos) name[slash] = '.';
  const google::protobuf::MethodDescriptor* const method =
      google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
  if (method == nullptr) return false;
  if (method->options().idempotency_level() !=
      google::protobuf::MethodOptions::IDEMPOTENCY_UNKNOWN) {
    return true;
  }
  const google::protobuf::FieldDescriptor* const id =
      method->input_type()->FindFieldByName("request_id");
  if (id == nullptr || id->type() != google::protobuf::FieldDescriptor::TYPE_STRING) return false;
  const std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(method->input_type())
          ->New());
  return Parse(request, message.get()) &&
         !message->GetReflection()->GetString(*message, id).empty();
}

// One call with its attempts; deletes itself after the answer.
class OutgoingCall {
 public:
  OutgoingCall(std::shared_ptr<grpc::GenericStub> stub, std::string_view method,
               const google::protobuf::MessageLite& request, const CallOptions& options,
               std::function<void(Reply)> done)
      : stub_(std::move(stub)),
        path_(PathOf(method)),
        options_(options),
        request_(Serialise(request)),
        done_(std::move(done)),
        try_until_(std::min(options.deadline, absl::Now() + kTryFor)) {}

  void Attempt();

 private:
  void Finish(const grpc::Status& status);
  // Whether the call may run on another server after this end.
  bool MayRepeat(const grpc::Status& status) const;
  bool AttemptLater();
  std::string_view Trailer(const char* key) const;
  void AddText(const char* key, std::string_view value);
  Reply ReplyOf(const grpc::Status& status) const;

  std::shared_ptr<grpc::GenericStub> stub_;
  const std::string path_;
  const CallOptions options_;
  const grpc::ByteBuffer request_;
  const std::function<void(Reply)> done_;
  const absl::Time try_until_;
  int attempts_ = 0;
  // Of the attempt under way.
  std::unique_ptr<grpc::ClientContext> context_;
  grpc::ByteBuffer response_;
  std::unique_ptr<grpc::Alarm> pause_;
};

void OutgoingCall::AddText(const char* key, std::string_view value) {
  const std::string text = HeaderText(value);
  if (!text.empty()) context_->AddMetadata(key, text);
}

void OutgoingCall::Attempt() {
  ++attempts_;
  context_ = std::make_unique<grpc::ClientContext>();
  response_.Clear();
  if (!options_.signed_principal.empty()) {
    context_->AddMetadata(kPrincipalKey, options_.signed_principal);
  }
  AddText(kTenantKey, options_.tenant);
  AddText(kRequestIdKey, options_.request_id);
  AddText(kPeerKey, options_.peer_address);
  AddText(kUserAgentKey, options_.user_agent);
  AddText(kTraceparentKey, options_.traceparent);
  if (options_.deadline != absl::InfiniteFuture()) {
    context_->set_deadline(absl::ToChronoTime(options_.deadline));
  }
  stub_->UnaryCall(context_.get(), path_, grpc::StubOptions(), &request_, &response_,
                   [this](const grpc::Status& status) { Finish(status); });
}

void OutgoingCall::Finish(const grpc::Status& status) {
  if (MayRepeat(status) && AttemptLater()) return;
  const std::unique_ptr<OutgoingCall> owner(this);
  Reply reply = ReplyOf(status);
  // Both hold the channel. Whoever waits may end it now, and gRPC 1.51 breaks when its last channel
  // ends on a thread of its own, such as this.
  context_.reset();
  stub_.reset();
  done_(std::move(reply));
}

// A server that closes while a call arrives cancels it; nobody else does.
bool IsGone(const grpc::Status& status) {
  return status.error_code() == grpc::UNAVAILABLE || status.error_code() == grpc::CANCELLED;
}

bool OutgoingCall::MayRepeat(const grpc::Status& status) const {
  if (!IsGone(status)) return false;
  // A server that is about to leave says so, and has not begun.
  if (!Trailer(kRefusedKey).empty()) return true;
  return Trailer(kErrorKey).empty() && IsRepeatable(path_, request_);
}

bool OutgoingCall::AttemptLater() {
  if (attempts_ == 1) {
    if (absl::Now() >= try_until_) return false;
    Attempt();
    return true;
  }
  thread_local absl::InsecureBitGen random;
  const absl::Duration longest =
      std::min(kFirstPause * (1 << std::min(attempts_ - 2, 10)), kLastPause);
  const absl::Time next = absl::Now() + longest * absl::Uniform(random, 0.5, 1.0);
  if (next >= try_until_) return false;
  pause_ = std::make_unique<grpc::Alarm>();
  pause_->Set(absl::ToChronoTime(next), [this](bool) { Attempt(); });
  return true;
}

std::string_view OutgoingCall::Trailer(const char* key) const {
  const auto& trailer = context_->GetServerTrailingMetadata();
  const auto found = trailer.find(key);
  if (found == trailer.end()) return {};
  return {found->second.data(), found->second.size()};
}

Reply OutgoingCall::ReplyOf(const grpc::Status& status) const {
  Reply reply;
  const std::string_view statements = Trailer(kSqlStatementsKey);
  if (!absl::SimpleAtoi(absl::string_view(statements.data(), statements.size()),
                        &reply.sql_statements)) {
    reply.sql_statements = 0;
  }
  if (status.ok()) {
    reply.body = ToString(response_);
    return reply;
  }
  const std::string_view detail = Trailer(kErrorKey);
  const bool away = detail.empty() && IsGone(status);
  reply.status = FromGrpc(away ? grpc::Status(grpc::UNAVAILABLE, "") : status, detail);
  if (!detail.empty()) return reply;
  // gRPC itself failed the call; what it says about that is for the log only.
  const bool expected = status.error_code() == grpc::DEADLINE_EXCEEDED;
  observe::Log(expected ? observe::Level::kDebug : observe::Level::kWarning, "call not carried",
               {{"method", path_},
                {"grpc_code", static_cast<int>(status.error_code())},
                {"request_id", options_.request_id},
                {"attempts", attempts_},
                {"cause", status.error_message()}});
  return reply;
}

}  // namespace

GrpcTransport::GrpcTransport(std::shared_ptr<grpc::Channel> channel)
    : stub_(std::make_shared<grpc::GenericStub>(std::move(channel))) {
  TurnOffDeadlockDetection();
}

void GrpcTransport::Start(std::string_view method, const google::protobuf::MessageLite& request,
                          const CallOptions& options, std::function<void(Reply)> done) {
  (new OutgoingCall(stub_, method, request, options, std::move(done)))->Attempt();
}

}  // namespace forium::rpc
