// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/local_transport.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "services/base/rpc/metadata.h"
#include "services/base/rpc/status_mapping.h"

namespace forium::rpc {
namespace {

// How late a deadline may be noticed. Most calls are answered long before theirs.
constexpr absl::Duration kWatchEvery = absl::Milliseconds(25);

}  // namespace

// On its way through the worker pool; deletes itself.
class LocalTransport::LocalCall final : public WorkerPool::Task {
 public:
  LocalCall(std::shared_ptr<LocalTransport> transport, std::string request, Entry entry)
      : transport_(std::move(transport)), request_(std::move(request)), entry_(entry) {}

  Arrival& arrival() { return arrival_; }

  void Run() override {
    // The caller has gone on without it.
    if (transport_->IsAnswered(entry_)) return End();
    Answer(transport_->dispatcher_.Handle(arrival_, [this](google::protobuf::Message* message) {
      return message->ParseFromString(request_);
    }));
  }
  void Refuse(const absl::Status& status) {
    Answer(transport_->dispatcher_.Refuse(arrival_, status));
  }

 private:
  void Answer(const Outcome& outcome) {
    Reply reply;
    reply.status = outcome.status;
    reply.sql_statements = outcome.sql_statements;
    if (reply.status.ok()) reply.body = outcome.response->SerializeAsString();
    if (const Done done = transport_->Take(entry_)) done(std::move(reply));
    transport_->running_->End();
    delete this;
  }
  void End() {
    transport_->Take(entry_);
    transport_->running_->End();
    delete this;
  }

  const std::shared_ptr<LocalTransport> transport_;
  const std::string request_;
  const Entry entry_;
  Arrival arrival_;
};

LocalTransport::LocalTransport(const Dispatcher& dispatcher, std::shared_ptr<RunningCalls> running)
    : dispatcher_(dispatcher), running_(std::move(running)), watch_([this] { WatchDeadlines(); }) {}

LocalTransport::~LocalTransport() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    wake_watch_.Signal();
  }
  watch_.join();
}

void LocalTransport::Start(std::string_view method, const google::protobuf::MessageLite& request,
                           const CallOptions& options, std::function<void(Reply)> done) {
  if (!running_->Begin()) {
    running_->End();
    Reply reply;
    reply.status = Dispatcher::Closed();
    done(std::move(reply));
    return;
  }
  Entry entry;
  {
    absl::MutexLock lock(&mutex_);
    entry = waiting_.insert(waiting_.end(), {options.deadline, std::move(done)});
    if (!watching_) {
      watching_ = true;
      wake_watch_.Signal();
    }
  }
  auto* call = new LocalCall(shared_from_this(), request.SerializeAsString(), entry);
  Arrival& arrival = call->arrival();
  arrival.time = absl::Now();
  arrival.method = dispatcher_.methods().Find(PathOf(method));
  arrival.signed_principal = options.signed_principal;
  arrival.call.tenant = HeaderText(options.tenant);
  arrival.call.request_id = HeaderText(options.request_id);
  arrival.call.peer_address = HeaderText(options.peer_address);
  arrival.call.user_agent = HeaderText(options.user_agent);
  arrival.call.traceparent = options.traceparent;
  arrival.call.deadline = options.deadline;
  if (!dispatcher_.workers().Post(call)) call->Refuse(Dispatcher::Busy());
}

LocalTransport::Done LocalTransport::Take(Entry entry) {
  absl::MutexLock lock(&mutex_);
  Done done = std::move(entry->done);
  waiting_.erase(entry);
  return done;
}

bool LocalTransport::IsAnswered(Entry entry) {
  absl::MutexLock lock(&mutex_);
  return !entry->done;
}

bool LocalTransport::AwaitNextLook() {
  watching_ = !waiting_.empty();
  while (!watching_ && !stopping_) wake_watch_.Wait(&mutex_);
  if (!stopping_) wake_watch_.WaitWithTimeout(&mutex_, kWatchEvery);
  return !stopping_;
}

void LocalTransport::WatchDeadlines() {
  while (true) {
    std::vector<Done> late;
    {
      absl::MutexLock lock(&mutex_);
      if (!AwaitNextLook()) return;
      const absl::Time now = absl::Now();
      for (Waiting& call : waiting_) {
        if (call.deadline > now || !call.done) continue;
        late.push_back(std::move(call.done));
        call.done = nullptr;
      }
    }
    for (const Done& done : late) {
      Reply reply;
      reply.status = SeparateCause(absl::DeadlineExceededError("")).shown;
      done(std::move(reply));
    }
  }
}

}  // namespace forium::rpc
