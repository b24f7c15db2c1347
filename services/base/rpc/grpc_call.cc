// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/grpc_call.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/rpc/metadata.h"
#include "services/base/status/status.h"

namespace forium::rpc {

GrpcCall::GrpcCall(ArrivedCall call, const Dispatcher& dispatcher, RunningCalls& running)
    : call_(std::move(call)), dispatcher_(dispatcher), running_(running) {
  arrival_.method = dispatcher.methods().Find(call_.path);
  arrival_.time = call_.time;
}

bool GrpcCall::Admit() {
  if (!running_.Begin()) {
    Answer(dispatcher_.Refuse(arrival_, Dispatcher::Closed()), {{kRefusedKey, "closed"}});
  } else if (!call_.refusal.ok()) {
    Answer(dispatcher_.Refuse(arrival_, call_.refusal));
  } else if (arrival_.method == nullptr) {
    Answer(dispatcher_.Refuse(arrival_, Dispatcher::UnknownMethod()));
  } else {
    return true;
  }
  return false;
}

void GrpcCall::Run() {
  ReadFields();
  if (!call_.connection->Waits(call_.stream)) {
    Answer(dispatcher_.Refuse(arrival_, absl::CancelledError("the caller left")));
    return;
  }
  Answer(dispatcher_.Handle(arrival_, [this](google::protobuf::Message* message) {
    const bool parsed = message->ParseFromString(call_.message);
    call_.message.clear();
    return parsed;
  }));
}

void GrpcCall::ReadFields() {
  Call& call = arrival_.call;
  for (auto& [name, value] : call_.fields) {
    if (name == kPrincipalKey) {
      arrival_.signed_principal = std::move(value);
    } else if (name == kTenantKey) {
      call.tenant = std::move(value);
    } else if (name == kRequestIdKey) {
      call.request_id = std::move(value);
    } else if (name == kPeerKey) {
      call.peer_address = std::move(value);
    } else if (name == kUserAgentKey) {
      call.user_agent = std::move(value);
    } else if (name == kTraceparentKey) {
      call.traceparent = std::move(value);
    }
  }
  call.deadline = call_.deadline;
}

void GrpcCall::Answer(const Outcome& outcome, Fields trailer) {
  trailer.emplace_back(kSqlStatementsKey, absl::StrCat(outcome.sql_statements));
  std::string framed;
  if (outcome.status.ok()) {
    framed = Framed(*outcome.response);
  } else {
    trailer.emplace_back(kErrorKey, status::DetailOf(outcome.status).SerializeAsString());
  }
  call_.connection->Reply(call_.stream, outcome.status, std::move(framed), std::move(trailer));
  RunningCalls& running = running_;
  delete this;
  running.End();
}

}  // namespace forium::rpc
