// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/channel.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/synchronization/notification.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/generic/generic_stub.h"
#include "services/base/rpc/byte_buffer.h"
#include "services/base/rpc/deadlock_detection.h"
#include "services/base/rpc/metadata.h"
#include "services/base/rpc/methods.h"
#include "services/base/rpc/status_mapping.h"

namespace forium::rpc {
namespace {

// Longer values say nothing more; a client of the outside chooses some of them.
constexpr size_t kMaximumText = 512;

// gRPC ends the process on bytes that it does not allow in a header, so that they are left out.
void AddText(grpc::ClientContext* context, const char* key, std::string_view value) {
  std::string text;
  for (const char c : value.substr(0, kMaximumText)) {
    if (c >= 0x20 && c <= 0x7E) text.push_back(c);
  }
  if (!text.empty()) context->AddMetadata(key, text);
}

struct OutgoingCall {
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
  std::function<void(Reply)> done;

  Reply Finish(const grpc::Status& status) const {
    Reply reply;
    const auto& trailer = context.GetServerTrailingMetadata();
    if (const auto found = trailer.find(kSqlStatementsKey); found != trailer.end()) {
      const absl::string_view number(found->second.data(), found->second.size());
      if (!absl::SimpleAtoi(number, &reply.sql_statements)) reply.sql_statements = 0;
    }
    if (status.ok()) {
      reply.body = ToString(response);
      return reply;
    }
    std::string_view detail;
    if (const auto found = trailer.find(kErrorKey); found != trailer.end()) {
      detail = {found->second.data(), found->second.size()};
    }
    reply.status = FromWire(status, detail);
    return reply;
  }
};

}  // namespace

struct Channel::State {
  explicit State(std::shared_ptr<grpc::Channel> channel) : stub(std::move(channel)) {}
  grpc::GenericStub stub;
};

Channel::Channel(std::shared_ptr<grpc::Channel> channel)
    : state_(std::make_unique<State>(std::move(channel))) {
  TurnOffDeadlockDetection();
}
Channel::~Channel() = default;

void Channel::Start(std::string_view method, const google::protobuf::MessageLite& request,
                    const CallOptions& options, std::function<void(Reply)> done) {
  auto* call = new OutgoingCall;
  call->done = std::move(done);
  call->request = Serialise(request);
  if (!options.signed_principal.empty()) {
    call->context.AddMetadata(kPrincipalKey, options.signed_principal);
  }
  AddText(&call->context, kTenantKey, options.tenant);
  AddText(&call->context, kRequestIdKey, options.request_id);
  AddText(&call->context, kPeerKey, options.peer_address);
  AddText(&call->context, kUserAgentKey, options.user_agent);
  if (options.deadline != absl::InfiniteFuture()) {
    call->context.set_deadline(absl::ToChronoTime(options.deadline));
  }
  state_->stub.UnaryCall(&call->context, PathOf(method), grpc::StubOptions(), &call->request,
                         &call->response, [call](const grpc::Status& status) {
                           const std::unique_ptr<OutgoingCall> owner(call);
                           owner->done(owner->Finish(status));
                         });
}

Reply Channel::CallBytes(std::string_view method, const google::protobuf::MessageLite& request,
                         const CallOptions& options) {
  Reply result;
  absl::Notification finished;
  Start(method, request, options, [&](Reply reply) {
    result = std::move(reply);
    finished.Notify();
  });
  finished.WaitForNotification();
  return result;
}

}  // namespace forium::rpc
