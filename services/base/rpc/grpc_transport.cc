// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/grpc_transport.h"

#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "services/base/observe/log.h"
#include "services/base/rpc/byte_buffer.h"
#include "services/base/rpc/deadlock_detection.h"
#include "services/base/rpc/metadata.h"
#include "services/base/rpc/methods.h"
#include "services/base/rpc/status_mapping.h"

namespace forium::rpc {
namespace {

struct OutgoingCall {
  std::string path;
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
  std::function<void(Reply)> done;
};

void AddText(grpc::ClientContext* context, const char* key, std::string_view value) {
  const std::string text = HeaderText(value);
  if (!text.empty()) context->AddMetadata(key, text);
}

// gRPC itself failed the call; what it says about that is for the log only.
void LogFailure(const OutgoingCall& call, const grpc::Status& status) {
  const bool expected =
      status.error_code() == grpc::DEADLINE_EXCEEDED || status.error_code() == grpc::CANCELLED;
  observe::Log(expected ? observe::Level::kDebug : observe::Level::kWarning, "call not carried",
               {{"method", call.path},
                {"grpc_code", static_cast<int>(status.error_code())},
                {"cause", status.error_message()}});
}

Reply ReplyOf(const OutgoingCall& call, const grpc::Status& status) {
  Reply reply;
  const auto& trailer = call.context.GetServerTrailingMetadata();
  if (const auto found = trailer.find(kSqlStatementsKey); found != trailer.end()) {
    const absl::string_view number(found->second.data(), found->second.size());
    if (!absl::SimpleAtoi(number, &reply.sql_statements)) reply.sql_statements = 0;
  }
  if (status.ok()) {
    reply.body = ToString(call.response);
    return reply;
  }
  std::string_view detail;
  if (const auto found = trailer.find(kErrorKey); found != trailer.end()) {
    detail = {found->second.data(), found->second.size()};
  } else {
    LogFailure(call, status);
  }
  reply.status = FromGrpc(status, detail);
  return reply;
}

}  // namespace

GrpcTransport::GrpcTransport(std::shared_ptr<grpc::Channel> channel) : stub_(std::move(channel)) {
  TurnOffDeadlockDetection();
}

void GrpcTransport::Start(std::string_view method, const google::protobuf::MessageLite& request,
                          const CallOptions& options, std::function<void(Reply)> done) {
  auto* call = new OutgoingCall;
  call->path = PathOf(method);
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
  stub_.UnaryCall(&call->context, call->path, grpc::StubOptions(), &call->request, &call->response,
                  [call](const grpc::Status& status) {
                    const std::unique_ptr<OutgoingCall> owner(call);
                    owner->done(ReplyOf(*owner, status));
                  });
}

std::shared_ptr<Transport> Connect(const std::string& target, const Security&) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);  // the server is ours
  // gRPC's default of two minutes would keep a server that came back waiting for its callers.
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  return std::make_shared<GrpcTransport>(
      grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments));
}

}  // namespace forium::rpc
