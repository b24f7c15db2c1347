// SPDX-License-Identifier: Apache-2.0
#include "services/base/events/nats_work.h"

#include <algorithm>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "services/base/events/handle.h"
#include "services/base/events/nats_dead.h"
#include "services/base/events/nats_pull.h"
#include "services/base/observe/log.h"
#include "services/base/observe/metrics.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::events {
namespace {

// How fast the end of a subscription is noticed.
constexpr absl::Duration kLook = absl::Milliseconds(100);
constexpr absl::Duration kFirstRetry = absl::Milliseconds(20);
constexpr absl::Duration kLastRetry = absl::Seconds(1);
constexpr absl::Duration kLongestPause = absl::Minutes(1);
// A third of what the server waits for an acknowledgement.
constexpr absl::Duration kKeepEvery = absl::Milliseconds(1'500);
constexpr absl::Duration kCountEvery = absl::Seconds(5);

std::string CauseOf(const absl::Status& status) {
  std::string cause = status::CauseOf(status);
  return cause.empty() ? std::string(status.message()) : cause;
}

// The event is not at fault: a database or a service is away.
bool IsOfSurroundings(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsAborted(status) || absl::IsResourceExhausted(status) || absl::IsCancelled(status);
}

// What one thread listens to.
struct Source {
  StreamPlan stream;
  std::string filter;
};

class WorkSubscription final : public Subscription {
 public:
  WorkSubscription(const NatsLink& link, Listener listener);
  ~WorkSubscription() override;

 private:
  struct Meters {
    prometheus::Counter& failures;
    prometheus::Counter& redeliveries;
    prometheus::Counter& dead;
  };

  void Run(const Source& source);
  // Returns when the subscription ends or the connection is no longer good.
  absl::Status Serve(std::shared_ptr<NatsConnection> connection, const Source& source);
  void Work(NatsPull& pull, const Delivery& delivery);
  absl::Status Call(const std::string& service, const Event& event);
  void Fail(NatsPull& pull, const Delivery& delivery, const std::string& service,
            const absl::Status& status);
  void Bury(NatsPull& pull, const Delivery& delivery, const std::string& service,
            const std::string& cause);
  void Report(const Event& event, const std::string& service, const absl::Status& status);
  void KeepHeld();
  bool Pause(absl::Duration time);
  bool ending() {
    absl::MutexLock lock(&mutex_);
    return ending_;
  }

  const NatsLink& link_;
  const Listener listener_;
  const std::string durable_;
  Meters meters_;

  absl::Mutex handler_mutex_;  // one event at a time, whatever stream it is of

  absl::Mutex mutex_;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<NatsPull*> pulls_ ABSL_GUARDED_BY(mutex_);

  std::vector<Source> sources_;
  std::vector<std::thread> threads_;
};

WorkSubscription::WorkSubscription(const NatsLink& link, Listener listener)
    : link_(link),
      listener_(std::move(listener)),
      durable_(SubjectToken(listener_.name)),
      meters_{observe::Counter("forium_events_failures_total",
                               "Events that a subscriber failed to handle and gets again.",
                               {{"subscriber", listener_.name}}),
              observe::Counter("forium_events_redeliveries_total",
                               "Events that the bus delivered once more.",
                               {{"listener", listener_.name}}),
              observe::Counter("forium_events_dead_letters_total",
                               "Events that a listener could not handle and that were put aside.",
                               {{"listener", listener_.name}})} {
  for (const std::string& service : listener_.streams)
    sources_.push_back({EventStream(service), EventSubject(service, "*")});
  sources_.push_back({RetryStream(), "forium.retry." + durable_ + ".>"});
  for (const Source& source : sources_) threads_.emplace_back([this, &source] { Run(source); });
  threads_.emplace_back([this] { KeepHeld(); });
}

WorkSubscription::~WorkSubscription() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

bool WorkSubscription::Pause(absl::Duration time) {
  absl::MutexLock lock(&mutex_);
  return !mutex_.AwaitWithTimeout(absl::Condition(&ending_), time);
}

void WorkSubscription::Run(const Source& source) {
  absl::Duration retry = kFirstRetry;
  while (!ending()) {
    std::shared_ptr<NatsConnection> connection = link_.Await(kLook);
    if (connection == nullptr) continue;
    const absl::Time start = absl::Now();
    const absl::Status status = Serve(std::move(connection), source);
    if (status.ok()) continue;
    observe::Log(observe::Level::kWarning, "events do not come",
                 {{"subscriber", listener_.name},
                  {"stream", source.stream.name},
                  {"cause", std::string(status.message())}});
    retry = absl::Now() - start > kLastRetry ? kFirstRetry : std::min(retry * 2, kLastRetry);
    Pause(retry);
  }
}

absl::Status WorkSubscription::Serve(std::shared_ptr<NatsConnection> connection,
                                     const Source& source) {
  RETURN_IF_ERROR(connection->EnsureStream(DeadStream()));
  ASSIGN_OR_RETURN(const std::unique_ptr<NatsPull> pull,
                   NatsPull::Open(std::move(connection), source.stream, durable_, source.filter));
  {
    absl::MutexLock lock(&mutex_);
    pulls_.push_back(pull.get());
  }
  prometheus::Gauge& pending =
      observe::Gauge("forium_events_consumer_pending", "Events that a listener has yet to handle.",
                     {{"listener", listener_.name}, {"stream", source.stream.name}});
  absl::Status status;
  absl::Time counted = absl::InfinitePast();
  while (status.ok() && !ending()) {
    const absl::StatusOr<const Delivery*> front = pull->Front(kLook);
    if (!front.ok()) {
      status = front.status();
    } else if (*front != nullptr) {
      Work(*pull, **front);
    }
    if (absl::Now() - counted < kCountEvery) continue;
    counted = absl::Now();
    if (const absl::StatusOr<int64_t> count = pull->Pending(); count.ok())
      pending.Set(static_cast<double>(*count));
  }
  {
    absl::MutexLock lock(&mutex_);
    std::erase(pulls_, pull.get());
  }
  if (ending()) {
    pull->GiveBack();
    return absl::OkStatus();
  }
  return status;
}

void WorkSubscription::Work(NatsPull& pull, const Delivery& delivery) {
  if (delivery.deliveries > 1) meters_.redeliveries.Increment();
  // `forium.events.<service>.<tenant>` or `forium.retry.<listener>.<service>.<tenant>`.
  const std::vector<std::string> subject =
      absl::StrSplit(natsMsg_GetSubject(delivery.message.get()), '.');
  const std::string service = subject.size() < 4 ? "" : subject[subject.size() - 2];
  Event event;
  const std::string_view body = DataOf(delivery.message.get());
  if (!event.ParseFromArray(body.data(), static_cast<int>(body.size())))
    return Bury(pull, delivery, service, "it does not parse");
  // A process that dies of an event cannot say so.
  if (delivery.deliveries > 2 * link_.options().max_deliveries)
    return Bury(pull, delivery, service, "it was never acknowledged");
  absl::Duration retry = kFirstRetry;
  while (!ending() && pull.open()) {
    const absl::Status status = Call(service, event);
    if (status.ok()) return pull.Acknowledge();
    meters_.failures.Increment();
    Report(event, service, status);
    if (!IsOfSurroundings(status)) return Fail(pull, delivery, service, status);
    Pause(retry);
    retry = std::min(retry * 2, kLastRetry);
  }
}

absl::Status WorkSubscription::Call(const std::string& service, const Event& event) {
  absl::MutexLock lock(&handler_mutex_);
  return Handle(listener_.name, listener_.handler, service, event);
}

void WorkSubscription::Fail(NatsPull& pull, const Delivery& delivery, const std::string& service,
                            const absl::Status& status) {
  if (delivery.deliveries >= link_.options().max_deliveries)
    return Bury(pull, delivery, service, CauseOf(status));
  absl::Duration pause = link_.options().redeliver_after;
  for (int64_t i = 1; i < delivery.deliveries && pause < kLongestPause; ++i) pause *= 2;
  pull.Again(std::min(pause, kLongestPause));
}

void WorkSubscription::Bury(NatsPull& pull, const Delivery& delivery, const std::string& service,
                            const std::string& cause) {
  const absl::Status status =
      StoreDeadLetter(pull.connection(), delivery, {listener_.name, service, cause});
  if (!status.ok()) {
    observe::Log(observe::Level::kError, "dead letter not stored",
                 {{"subscriber", listener_.name}, {"cause", std::string(status.message())}});
    return pull.Again(link_.options().redeliver_after);
  }
  meters_.dead.Increment();
  observe::Log(observe::Level::kError, "event put aside as a dead letter",
               {{"subscriber", listener_.name}, {"stream", service}, {"cause", cause}});
  pull.Acknowledge();
}

void WorkSubscription::Report(const Event& event, const std::string& service,
                              const absl::Status& status) {
  observe::Log(observe::Level::kError, "event not handled",
               {{"subscriber", listener_.name},
                {"stream", service},
                {"tenant", event.tenant()},
                {"sequence", event.sequence()},
                {"cause", CauseOf(status)}});
}

void WorkSubscription::KeepHeld() {
  while (Pause(kKeepEvery)) {
    absl::MutexLock lock(&mutex_);
    for (NatsPull* const pull : pulls_) pull->KeepHeld();
  }
}

}  // namespace

std::unique_ptr<Subscription> ConsumeWork(const NatsLink& link, Listener listener) {
  return std::make_unique<WorkSubscription>(link, std::move(listener));
}

}  // namespace forium::events
