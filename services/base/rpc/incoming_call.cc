// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/incoming_call.h"

#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/base/database/database.h"
#include "services/base/observe/log.h"
#include "services/base/rpc/authorization.h"
#include "services/base/rpc/byte_buffer.h"
#include "services/base/rpc/metadata.h"
#include "services/base/rpc/status_mapping.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::rpc {
namespace {

// Above it a call is worth a line in the log.
constexpr absl::Duration kSlow = absl::Seconds(1);

absl::Status Busy(std::string_view message) {
  status::ErrorDetail detail;
  detail.set_reason(type::v1::UNAVAILABLE);
  detail.set_retry_after(1);
  return status::Error(absl::StatusCode::kUnavailable, std::move(detail), message);
}

std::string Text(grpc::string_ref value) { return std::string(value.data(), value.size()); }

}  // namespace

// ---- Running calls ------------------------------------------------------------------------------

bool RunningCalls::Begin() {
  running_.fetch_add(1);
  return open_.load();
}

void RunningCalls::End() {
  if (running_.fetch_sub(1) != 1 || open_.load()) return;
  absl::MutexLock lock(&mutex_);
  ended_.SignalAll();
}

bool RunningCalls::AwaitNone(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  absl::MutexLock lock(&mutex_);
  while (running_.load() != 0) {
    if (ended_.WaitWithDeadline(&mutex_, deadline)) return running_.load() == 0;
  }
  return true;
}

// ---- One call -----------------------------------------------------------------------------------

IncomingCall::IncomingCall(grpc::GenericCallbackServerContext* context, const Dispatch& dispatch)
    : context_(*context),
      dispatch_(dispatch),
      method_(dispatch.methods.Find(context->method())),
      start_(absl::Now()) {
  if (!dispatch_.running.Begin()) {
    Answer(Busy("The site is starting or stopping; try again in a moment."), 0);
  } else if (method_ == nullptr) {
    Answer(status::Error(absl::StatusCode::kUnimplemented, type::v1::NOT_FOUND,
                         "This server does not know the call."),
           0);
  } else {
    StartRead(&request_);
  }
}

void IncomingCall::OnReadDone(bool ok) {
  if (!ok) {
    Answer(absl::CancelledError("the caller left before its request arrived"), 0);
  } else if (!dispatch_.workers.Post(this)) {
    Answer(Busy("The site is busy; try again in a moment."), 0);
  }
}

void IncomingCall::OnDone() {
  RunningCalls& running = dispatch_.running;
  delete this;
  running.End();
}

void IncomingCall::Run() {
  ReadMetadata();
  int statements = 0;
  absl::StatusOr<grpc::ByteBuffer> response = Handle(&statements);
  Answer(std::move(response), statements);
}

void IncomingCall::ReadMetadata() {
  for (const auto& [key, value] : context_.client_metadata()) {
    if (key == kTenantKey) {
      call_.tenant = Text(value);
    } else if (key == kRequestIdKey) {
      call_.request_id = Text(value);
    } else if (key == kPeerKey) {
      call_.peer_address = Text(value);
    } else if (key == kUserAgentKey) {
      call_.user_agent = Text(value);
    }
  }
  const absl::Time asked = absl::FromChrono(context_.deadline());
  call_.deadline = std::min(asked, start_ + dispatch_.default_deadline);
}

// Decides whether the handler may run at all.
absl::Status IncomingCall::Admit(absl::Time now) {
  if (context_.IsCancelled()) return absl::CancelledError("the caller left");
  if (now >= call_.deadline) return absl::DeadlineExceededError("the deadline passed in the queue");
  if (!IsTenantName(call_.tenant)) {
    return status::InvalidField("tenant", "The call names no community.");
  }
  if (method_->permission == type::v1::PREAUTH) return absl::OkStatus();
  const auto& metadata = context_.client_metadata();
  const auto signed_principal = metadata.find(kPrincipalKey);
  std::string_view bytes;
  if (signed_principal != metadata.end()) {
    bytes = {signed_principal->second.data(), signed_principal->second.size()};
  }
  ASSIGN_OR_RETURN(call_.principal, dispatch_.verifier.Verify(bytes, now));
  if (call_.principal.tenant() != call_.tenant) {
    return status::PermissionDenied("Your identity belongs to another community; sign in here.");
  }
  return Authorize(method_->permission, call_.principal);
}

absl::StatusOr<grpc::ByteBuffer> IncomingCall::Handle(int* statements) {
  RETURN_IF_ERROR(Admit(absl::Now()));
  const std::unique_ptr<google::protobuf::Message> request = method_->make_request();
  if (!Parse(request_, request.get())) {
    return absl::InvalidArgumentError("the request does not parse");
  }
  request_.Clear();
  database::StatementCounter counter;
  absl::StatusOr<std::unique_ptr<google::protobuf::Message>> response;
  try {
    response = method_->handler(call_, *request);
  } catch (const std::exception& exception) {
    response = status::Internal(absl::StrCat("exception: ", exception.what()));
  } catch (...) {
    response = status::Internal("an exception of unknown type");
  }
  *statements = counter.count();
  if (!response.ok()) return std::move(response).status();
  return Serialise(**response);
}

// Ends the call; OnDone, which deletes this object, may run before this returns.
void IncomingCall::Answer(absl::StatusOr<grpc::ByteBuffer> response, int statements) {
  const absl::Duration time = absl::Now() - start_;
  const std::string_view method = method_ == nullptr ? "unknown" : std::string_view(method_->name);
  context_.AddTrailingMetadata(kSqlStatementsKey, std::to_string(statements));
  if (response.ok()) {
    response_ = *std::move(response);
    method_->Observe(absl::StatusCode::kOk, time, statements);
    const auto level = time > kSlow ? observe::Level::kWarning : observe::Level::kDebug;
    if (observe::IsLogged(level)) {
      observe::Log(level, "call answered",
                   {{"method", method},
                    {"tenant", call_.tenant},
                    {"request_id", call_.request_id},
                    {"seconds", absl::ToDoubleSeconds(time)},
                    {"statements", statements}});
    }
    StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
    return;
  }
  WireError error = ToWire(response.status());
  const auto code = static_cast<absl::StatusCode>(error.status.error_code());
  if (method_ != nullptr) method_->Observe(code, time, statements);
  const auto level = code == absl::StatusCode::kInternal ? observe::Level::kError
                     : time > kSlow                      ? observe::Level::kWarning
                                                         : observe::Level::kDebug;
  if (observe::IsLogged(level)) {
    observe::Log(level, "call failed",
                 {{"method", method},
                  {"tenant", call_.tenant},
                  {"request_id", call_.request_id},
                  {"code", absl::StatusCodeToString(code)},
                  {"cause", error.cause.empty() ? error.status.error_message() : error.cause},
                  {"seconds", absl::ToDoubleSeconds(time)},
                  {"statements", statements}});
  }
  context_.AddTrailingMetadata(kErrorKey, error.detail);
  Finish(std::move(error.status));
}

}  // namespace forium::rpc
