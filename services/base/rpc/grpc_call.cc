// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/grpc_call.h"

#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "services/base/rpc/byte_buffer.h"
#include "services/base/rpc/metadata.h"
#include "services/base/rpc/status_mapping.h"
#include "services/base/status/status.h"

namespace forium::rpc {
namespace {

std::string Text(grpc::string_ref value) { return std::string(value.data(), value.size()); }

}  // namespace

GrpcCall::GrpcCall(grpc::GenericCallbackServerContext* context, const Dispatcher& dispatcher,
                   RunningCalls& running)
    : context_(*context), dispatcher_(dispatcher), running_(running) {
  arrival_.method = dispatcher.methods().Find(context->method());
  arrival_.time = absl::Now();
  if (!running_.Begin()) {
    context_.AddTrailingMetadata(kRefusedKey, "closed");
    Answer(dispatcher_.Refuse(arrival_, Dispatcher::Closed()));
  } else if (arrival_.method == nullptr) {
    Answer(dispatcher_.Refuse(arrival_, Dispatcher::UnknownMethod()));
  } else {
    StartRead(&request_);
  }
}

void GrpcCall::OnReadDone(bool ok) {
  if (!ok) {
    Answer(dispatcher_.Refuse(arrival_, absl::CancelledError("no request came")));
  } else if (!dispatcher_.workers().Post(this)) {
    Answer(dispatcher_.Refuse(arrival_, Dispatcher::Busy()));
  }
}

void GrpcCall::OnDone() {
  RunningCalls& running = running_;
  delete this;
  running.End();
}

void GrpcCall::Run() {
  ReadMetadata();
  if (context_.IsCancelled()) {
    Answer(dispatcher_.Refuse(arrival_, absl::CancelledError("the caller left")));
    return;
  }
  Answer(dispatcher_.Handle(arrival_, [this](google::protobuf::Message* message) {
    const bool parsed = Parse(request_, message);
    request_.Clear();
    return parsed;
  }));
}

void GrpcCall::ReadMetadata() {
  for (const auto& [key, value] : context_.client_metadata()) {
    if (key == kPrincipalKey) {
      arrival_.signed_principal = Text(value);
    } else if (key == kTenantKey) {
      arrival_.call.tenant = Text(value);
    } else if (key == kRequestIdKey) {
      arrival_.call.request_id = Text(value);
    } else if (key == kPeerKey) {
      arrival_.call.peer_address = Text(value);
    } else if (key == kUserAgentKey) {
      arrival_.call.user_agent = Text(value);
    } else if (key == kTraceparentKey) {
      arrival_.call.traceparent = Text(value);
    }
  }
  arrival_.call.deadline = absl::FromChrono(context_.deadline());
}

void GrpcCall::Answer(Outcome outcome) {
  context_.AddTrailingMetadata(kSqlStatementsKey, std::to_string(outcome.sql_statements));
  if (outcome.status.ok()) {
    response_ = Serialise(*outcome.response);
    StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
    return;
  }
  context_.AddTrailingMetadata(kErrorKey, status::DetailOf(outcome.status).SerializeAsString());
  Finish(ToGrpc(outcome.status));
}

}  // namespace forium::rpc
