// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/dispatcher.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/base/database/database.h"
#include "services/base/database/deadline.h"
#include "services/base/observe/log.h"
#include "services/base/observe/trace.h"
#include "services/base/rpc/authorization.h"
#include "services/base/rpc/status_mapping.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::rpc {
namespace {

// Above it a call is worth a line in the log.
constexpr absl::Duration kSlow = absl::Seconds(1);

observe::Span SpanOf(const Arrival& arrival) {
  observe::Span span(observe::SpanKind::kServer,
                     arrival.method == nullptr ? "unknown" : arrival.method->name,
                     observe::ParseTraceparent(arrival.call.traceparent));
  if (arrival.method != nullptr) span.Set(observe::Attribute::kRpcMethod, arrival.method->name);
  span.Set(observe::Attribute::kTenant, arrival.call.tenant);
  span.Set(observe::Attribute::kRequestId, arrival.call.request_id);
  return span;
}

void Describe(const Outcome& outcome, observe::Span& span) {
  span.Set(observe::Attribute::kRpcCode, static_cast<int64_t>(outcome.status.code()));
  span.Set(observe::Attribute::kSqlStatements, outcome.sql_statements);
  if (outcome.status.code() == absl::StatusCode::kInternal) span.Fail();
}

absl::Status RetryLater(std::string_view message) {
  status::ErrorDetail detail;
  detail.set_reason(type::v1::UNAVAILABLE);
  detail.set_retry_after(1);
  return status::Error(absl::StatusCode::kUnavailable, std::move(detail), message);
}

}  // namespace

absl::Status Dispatcher::Closed() {
  return RetryLater("The site is starting or stopping; try again in a moment.");
}
absl::Status Dispatcher::Busy() { return RetryLater("The site is busy; try again in a moment."); }
absl::Status Dispatcher::UnknownMethod() {
  return status::Error(absl::StatusCode::kUnimplemented, type::v1::NOT_FOUND,
                       "This server does not know the call.");
}

Outcome Dispatcher::Handle(Arrival& arrival, Parse parse) const {
  observe::Span span = SpanOf(arrival);
  const observe::TraceScope scope(span.context(), arrival.call.request_id);
  Outcome outcome;
  const absl::Status status = Run(arrival, parse, outcome);
  outcome = Finish(arrival, status, std::move(outcome));
  if (span.recorded()) Describe(outcome, span);
  return outcome;
}

Outcome Dispatcher::Refuse(const Arrival& arrival, const absl::Status& status) const {
  return Finish(arrival, status, Outcome());
}

// Decides whether the handler may run at all.
absl::Status Dispatcher::Admit(Arrival& arrival) const {
  if (arrival.method == nullptr) return UnknownMethod();
  Call& call = arrival.call;
  const absl::Time now = absl::Now();
  call.deadline = std::min(call.deadline, arrival.time + default_deadline_);
  if (now >= call.deadline) return absl::DeadlineExceededError("the deadline passed in the queue");
  if (!IsTenantName(call.tenant)) {
    return status::InvalidField("tenant", "The call names no community.");
  }
  if (arrival.method->permission == type::v1::PREAUTH) return absl::OkStatus();
  ASSIGN_OR_RETURN(call.principal, verifier_.Verify(arrival.signed_principal, now));
  if (call.principal.tenant() != call.tenant) {
    return status::PermissionDenied("Your identity belongs to another community; sign in here.");
  }
  return Authorize(arrival.method->permission, call.principal);
}

absl::Status Dispatcher::Run(Arrival& arrival, Parse parse, Outcome& outcome) const {
  RETURN_IF_ERROR(Admit(arrival));
  const std::unique_ptr<google::protobuf::Message> request = arrival.method->make_request();
  if (!parse(request.get())) return absl::InvalidArgumentError("the request does not parse");
  const database::Deadline deadline(arrival.call.deadline);
  database::StatementCounter counter;
  absl::StatusOr<std::unique_ptr<google::protobuf::Message>> response;
  try {
    response = arrival.method->handler(arrival.call, *request);
  } catch (const std::exception& exception) {
    response = status::Internal(absl::StrCat("exception: ", exception.what()));
  } catch (...) {
    response = status::Internal("an exception of unknown type");
  }
  outcome.sql_statements = counter.count();
  if (!response.ok()) return std::move(response).status();
  outcome.response = *std::move(response);
  return absl::OkStatus();
}

Outcome Dispatcher::Finish(const Arrival& arrival, const absl::Status& status,
                           Outcome outcome) const {
  const absl::Duration time = absl::Now() - arrival.time;
  std::string cause;
  if (!status.ok()) {
    auto [shown, hidden] = SeparateCause(status);
    outcome.status = std::move(shown);
    cause = hidden.empty() ? std::string(outcome.status.message()) : std::move(hidden);
  }
  const absl::StatusCode code = outcome.status.code();
  if (arrival.method != nullptr) arrival.method->Observe(code, time, outcome.sql_statements);

  const auto level = code == absl::StatusCode::kInternal ? observe::Level::kError
                     : time > kSlow                      ? observe::Level::kWarning
                                                         : observe::Level::kDebug;
  if (observe::IsLogged(level)) {
    observe::Log(level, outcome.status.ok() ? "call answered" : "call failed",
                 {{"method", arrival.method == nullptr ? "unknown" : arrival.method->name.c_str()},
                  {"tenant", arrival.call.tenant},
                  {"request_id", arrival.call.request_id},
                  {"code", absl::StatusCodeToString(code)},
                  {"cause", cause},
                  {"seconds", absl::ToDoubleSeconds(time)},
                  {"statements", outcome.sql_statements}});
  }
  return outcome;
}

}  // namespace forium::rpc
