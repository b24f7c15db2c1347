// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/outgoing_call.h"

#include <algorithm>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "services/base/observe/log.h"
#include "services/base/rpc/metadata.h"
#include "services/base/rpc/methods.h"
#include "services/base/rpc/status_mapping.h"

namespace forium::rpc {
namespace {

using absl::StatusCode;

// For how long a call is tried again, its deadline allowing. Longer than a server takes to be
// replaced, shorter than a reader's patience.
constexpr absl::Duration kTryFor = absl::Seconds(2);
// The second attempt comes at once: another server may be there. Then pauses, doubling.
constexpr absl::Duration kFirstPause = absl::Milliseconds(10);
constexpr absl::Duration kLastPause = absl::Milliseconds(200);

// Whether running the call twice is as good as once: its proto says so, or its request has an id by
// which the server knows it again. Asked when a call failed only.
bool IsRepeatable(const std::string& path, std::string_view framed) {
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
  const std::string_view bytes = framed.substr(kPrefixBytes);
  return message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) &&
         !message->GetReflection()->GetString(*message, id).empty();
}

void AddText(const char* name, std::string_view value, Fields* fields) {
  std::string text = HeaderText(value);
  if (!text.empty()) fields->emplace_back(name, std::move(text));
}

Fields FieldsOf(const std::string& path, const CallOptions& options, const Servers& servers) {
  Fields fields = {{":method", "POST"}, {":scheme", servers.scheme()},
                   {":path", path},     {":authority", servers.authority()},
                   {"te", "trailers"},  {"content-type", "application/grpc"}};
  if (!options.signed_principal.empty()) {
    fields.emplace_back(kPrincipalKey, options.signed_principal);
  }
  AddText(kTenantKey, options.tenant, &fields);
  AddText(kPeerKey, options.peer_address, &fields);
  AddText(kUserAgentKey, options.user_agent, &fields);
  AddText(kRequestIdKey, options.request_id, &fields);
  AddText(kTraceparentKey, options.traceparent, &fields);
  return fields;
}

// A server that closes while a call arrives cancels it; nobody else does.
bool IsGone(const Answer& answer) {
  return answer.code == StatusCode::kUnavailable || answer.code == StatusCode::kCancelled;
}

}  // namespace

OutgoingCall::OutgoingCall(std::shared_ptr<Servers> servers, std::string_view method,
                           const google::protobuf::MessageLite& request, const CallOptions& options)
    : servers_(std::move(servers)),
      path_(PathOf(method)),
      deadline_(options.deadline),
      try_until_(std::min(options.deadline, absl::Now() + kTryFor)),
      request_id_(options.request_id),
      framed_(Framed(request)),
      fields_(FieldsOf(path_, options, *servers_)) {}

Fields OutgoingCall::FieldsNow() const {
  Fields fields = fields_;
  if (deadline_ != absl::InfiniteFuture()) {
    fields.emplace_back("grpc-timeout", TimeoutText(deadline_ - absl::Now()));
  }
  return fields;
}

void OutgoingCall::Attempt() {
  while (const std::shared_ptr<ClientConnection> connection = servers_->Next()) {
    int attempt = 0;
    {
      absl::MutexLock lock(&mutex_);
      if (ended_) return;
      attempt = ++attempts_;
    }
    const int32_t stream = connection->Start(FieldsNow(), framed_,
                                             [self = shared_from_this(), attempt](Answer answer) {
                                               self->OnAnswer(attempt, std::move(answer));
                                             });
    if (stream == 0) continue;  // it has just begun to leave
    bool late = false;
    {
      absl::MutexLock lock(&mutex_);
      late = ended_;
      if (!ended_ && attempts_ == attempt) {
        connection_ = connection;
        stream_ = stream;
      }
    }
    if (late) connection->Cancel(stream);
    return;
  }
  absl::MutexLock lock(&mutex_);
  waiting_ = true;
}

void OutgoingCall::AttemptIfWaiting() {
  {
    absl::MutexLock lock(&mutex_);
    if (!waiting_ || ended_) return;
    waiting_ = false;
  }
  Attempt();
}

void OutgoingCall::OnAnswer(int attempt, Answer answer) {
  {
    absl::MutexLock lock(&mutex_);
    if (ended_ || attempts_ != attempt) return;
    connection_ = nullptr;
  }
  if (MayRepeat(answer) && RepeatLater()) return;
  {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(ended_, true)) return;
  }
  Finish(std::move(answer));
}

bool OutgoingCall::MayRepeat(const Answer& answer) const {
  if (!IsGone(answer)) return false;
  // A server that is about to leave says so, and has not begun.
  if (answer.untouched || !Find(answer.trailer, kRefusedKey).empty()) return true;
  return Find(answer.trailer, kErrorKey).empty() && IsRepeatable(path_, framed_);
}

bool OutgoingCall::RepeatLater() {
  const absl::Time now = absl::Now();
  {
    absl::MutexLock lock(&mutex_);
    if (now >= try_until_) return false;
    if (attempts_ > 1) {
      thread_local absl::InsecureBitGen random;
      const absl::Duration longest =
          std::min(kFirstPause * (1 << std::min(attempts_ - 2, 10)), kLastPause);
      pause_until_ = now + longest * absl::Uniform(random, 0.5, 1.0);
      if (pause_until_ < try_until_) return true;
      pause_until_ = absl::InfiniteFuture();
      return false;
    }
  }
  Attempt();
  return true;
}

void OutgoingCall::Tick(absl::Time now) {
  bool attempt = false;
  {
    absl::MutexLock lock(&mutex_);
    if (ended_) return;
    const bool patient = now < try_until_;
    attempt = now >= pause_until_ || (waiting_ && patient);
    if (now < deadline_ && !attempt && (!waiting_ || patient)) return;
    pause_until_ = absl::InfiniteFuture();
    waiting_ = false;
  }
  if (now >= deadline_) {
    End(StatusCode::kDeadlineExceeded);
  } else if (attempt) {
    Attempt();
  } else {
    End(StatusCode::kUnavailable);
  }
}

void OutgoingCall::Abandon() { End(StatusCode::kUnavailable); }

void OutgoingCall::End(StatusCode code) {
  std::shared_ptr<ClientConnection> connection;
  int32_t stream = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(ended_, true)) return;
    connection = std::move(connection_);
    stream = stream_;
  }
  if (connection != nullptr) connection->Cancel(stream);
  Answer answer;
  answer.code = code;
  answer.message = code == StatusCode::kUnavailable ? "no server was reached" : "";
  Finish(std::move(answer));
}

void OutgoingCall::Finish(Answer answer) {
  // Whoever waits may end the channel now.
  const std::function<void(Reply)> done = std::exchange(done_, nullptr);
  done(ReplyOf(std::move(answer)));
}

Reply OutgoingCall::ReplyOf(Answer answer) const {
  Reply reply;
  const std::string_view statements = Find(answer.trailer, kSqlStatementsKey);
  if (!absl::SimpleAtoi(absl::string_view(statements.data(), statements.size()),
                        &reply.sql_statements)) {
    reply.sql_statements = 0;
  }
  if (answer.code == StatusCode::kOk) {
    reply.body = std::move(answer.body);
    return reply;
  }
  const std::string_view detail = Find(answer.trailer, kErrorKey);
  if (!detail.empty()) {
    reply.status = FromWire(answer.code, answer.message, detail);
    return reply;
  }
  reply.status = FromWire(IsGone(answer) ? StatusCode::kUnavailable : answer.code, "", "");
  // Not the server failed the call, but the way to it; what is known of that is for the log only.
  const bool expected = answer.code == StatusCode::kDeadlineExceeded;
  absl::MutexLock lock(&mutex_);
  observe::Log(expected ? observe::Level::kDebug : observe::Level::kWarning, "call not carried",
               {{"method", path_},
                {"grpc_code", static_cast<int>(answer.code)},
                {"request_id", request_id_},
                {"attempts", attempts_},
                {"cause", answer.message}});
  return reply;
}

}  // namespace forium::rpc
