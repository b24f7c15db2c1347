// SPDX-License-Identifier: Apache-2.0
#include "services/base/events/nats_cache.h"

#include <algorithm>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "services/base/events/handle.h"
#include "services/base/observe/log.h"
#include "services/base/observe/metrics.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::events {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(100);
constexpr int64_t kFlushMs = 2'000;
// Then the listener is told of a gap instead.
constexpr int kTries = 3;
constexpr absl::Duration kRetry = absl::Milliseconds(20);

class CacheSubscription final : public Subscription {
 public:
  CacheSubscription(const NatsLink& link, Listener listener)
      : link_(link),
        listener_(std::move(listener)),
        failures_(observe::Counter("forium_events_failures_total",
                                   "Events that a subscriber failed to handle and gets again.",
                                   {{"subscriber", listener_.name}})) {
    for (const std::string& service : listener_.streams)
      services_.push_back({SubjectToken(service), service});
    thread_ = std::thread([this] { Run(); });
  }
  ~CacheSubscription() override {
    {
      absl::MutexLock lock(&mutex_);
      ending_ = true;
    }
    thread_.join();
  }

 private:
  void Run();
  // Returns when the connection is lost or the subscription ends.
  absl::Status Serve(NatsConnection& connection);
  void Hear(natsMsg* message);
  // Tells of services that fell silent, and when the last of them is heard again.
  void Listen();
  absl::Status Call(const std::string& service, const Event& event);
  void Tell(bool connected) {
    if (listener_.connected) listener_.connected(connected);
  }
  void TellOfGap() {
    if (!complete_) return;
    Tell(false);
    Tell(true);
  }
  bool Pause(absl::Duration time) {
    absl::MutexLock lock(&mutex_);
    return !mutex_.AwaitWithTimeout(absl::Condition(&ending_), time);
  }

  struct Service {
    std::string token;
    std::string name;
    absl::Time heard = absl::InfinitePast();
  };

  const NatsLink& link_;
  const Listener listener_;
  prometheus::Counter& failures_;
  // Of the thread.
  std::vector<Service> services_;
  bool complete_ = false;  // no service is silent
  absl::Mutex mutex_;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

void CacheSubscription::Run() {
  Tell(false);
  while (Pause(absl::ZeroDuration())) {
    const std::shared_ptr<NatsConnection> connection = link_.Await(kLook);
    if (connection == nullptr) continue;
    const absl::Status status = Serve(*connection);
    if (status.ok()) continue;
    observe::Log(observe::Level::kWarning, "events do not come",
                 {{"subscriber", listener_.name}, {"cause", std::string(status.message())}});
    Pause(kLook);
  }
}

absl::Status CacheSubscription::Serve(NatsConnection& connection) {
  ASSIGN_OR_RETURN(const NatsSubscription subscription, connection.Subscribe("forium.events.>"));
  // The server has the subscription once it has answered what came after it.
  RETURN_IF_ERROR(FromNats(natsConnection_FlushTimeout(connection.get(), kFlushMs), "subscribe"));
  for (Service& service : services_) service.heard = absl::Now();
  complete_ = true;
  Tell(true);
  int64_t dropped = 0;
  while (Pause(absl::ZeroDuration())) {
    natsMsg* raw = nullptr;
    const natsStatus code =
        natsSubscription_NextMsg(&raw, subscription.get(), absl::ToInt64Milliseconds(kLook));
    const NatsMessage message(raw);
    if (code == NATS_OK) Hear(raw);
    Listen();
    if (code == NATS_OK) continue;
    if (code == NATS_TIMEOUT) {
      // The queue is empty: whatever did not fit into it is gone by now.
      int64_t now = 0;
      if (natsSubscription_GetDropped(subscription.get(), &now) == NATS_OK && now != dropped) {
        dropped = now;
        TellOfGap();
      }
      continue;
    }
    if (code == NATS_SLOW_CONSUMER) continue;
    if (complete_) Tell(false);
    return FromNats(code, "await events");
  }
  return absl::OkStatus();
}

void CacheSubscription::Hear(natsMsg* message) {
  const std::vector<std::string> subject = absl::StrSplit(natsMsg_GetSubject(message), '.');
  const auto service =
      std::find_if(services_.begin(), services_.end(),
                   [&](const Service& service) { return service.token == subject[2]; });
  if (service == services_.end()) return;
  service->heard = absl::Now();
  if (subject.size() < 4) return;  // a sign of life
  Event event;
  const std::string_view body = DataOf(message);
  absl::Status status = absl::InvalidArgumentError("it does not parse");
  if (event.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    for (int i = 0; i < kTries; ++i) {
      status = Call(service->name, event);
      if (status.ok()) return;
      failures_.Increment();
      if (!Pause(kRetry)) return;
    }
  }
  const std::string cause = status::CauseOf(status);
  observe::Log(observe::Level::kError, "event not handled",
               {{"subscriber", listener_.name},
                {"stream", service->name},
                {"cause", cause.empty() ? std::string(status.message()) : cause}});
  TellOfGap();
}

void CacheSubscription::Listen() {
  const absl::Time silent = absl::Now() - link_.options().silent_after;
  const bool complete = std::all_of(services_.begin(), services_.end(),
                                    [&](const Service& service) { return service.heard > silent; });
  if (complete == complete_) return;
  complete_ = complete;
  observe::Log(observe::Level::kWarning,
               complete ? "all services are heard" : "a service is silent",
               {{"subscriber", listener_.name}});
  Tell(complete);
}

absl::Status CacheSubscription::Call(const std::string& service, const Event& event) {
  return Handle(listener_.name, listener_.handler, service, event);
}

}  // namespace

std::unique_ptr<Subscription> HearFromNow(const NatsLink& link, Listener listener) {
  return std::make_unique<CacheSubscription>(link, std::move(listener));
}

}  // namespace forium::events
