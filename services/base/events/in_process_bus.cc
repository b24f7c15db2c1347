// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>
#include <list>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/base/events/events.h"
#include "services/base/events/handle.h"
#include "services/base/observe/log.h"
#include "services/base/observe/metrics.h"
#include "services/base/status/status.h"

namespace forium::events {
namespace {

// A subscriber that is so far behind makes publishers wait: events stand in the log meanwhile.
constexpr size_t kQueue = 16'384;
constexpr absl::Duration kWaitForRoom = absl::Seconds(1);
constexpr absl::Duration kFirstRetry = absl::Milliseconds(20);
constexpr absl::Duration kLastRetry = absl::Seconds(5);

struct Delivery {
  std::string stream;
  std::shared_ptr<const Event> event;
};

class InProcessBus final : public Bus {
 public:
  absl::Status Publish(std::string_view stream, std::span<const Event> events) override;
  std::unique_ptr<Subscription> Subscribe(Listener listener) override;
  int64_t Settled(std::string_view tenant, std::string_view stream, int64_t published) override;

 private:
  struct Subscriber {
    explicit Subscriber(Listener listener)
        : streams(std::move(listener.streams)),
          handler(std::move(listener.handler)),
          failures(observe::Counter("forium_events_failures_total",
                                    "Events that a subscriber failed to handle and gets again.",
                                    {{"subscriber", listener.name}})),
          name(std::move(listener.name)) {}
    bool Wants(std::string_view stream) const {
      return std::find(streams.begin(), streams.end(), stream) != streams.end();
    }

    const std::vector<std::string> streams;
    const Handler handler;
    prometheus::Counter& failures;
    const std::string name;
    // Guarded by the bus's mutex. The first one is being handled and leaves when that succeeded.
    std::deque<Delivery> queue;
    bool ended = false;
  };
  class Ticket;

  void Deliver(Subscriber& subscriber);
  bool HasRoom(std::string_view stream) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  // Ended ones stay with what they did not handle, so that it never counts as settled.
  std::list<Subscriber> subscribers_ ABSL_GUARDED_BY(mutex_);
};

// A subscription: the thread that delivers to it.
class InProcessBus::Ticket final : public Subscription {
 public:
  Ticket(InProcessBus& bus, Subscriber& subscriber)
      : bus_(bus), subscriber_(subscriber), thread_([this] { bus_.Deliver(subscriber_); }) {}
  ~Ticket() override {
    {
      absl::MutexLock lock(&bus_.mutex_);
      subscriber_.ended = true;
    }
    thread_.join();
  }

 private:
  InProcessBus& bus_;
  Subscriber& subscriber_;
  std::thread thread_;
};

bool InProcessBus::HasRoom(std::string_view stream) const {
  return std::all_of(subscribers_.begin(), subscribers_.end(), [&](const Subscriber& subscriber) {
    return subscriber.ended || !subscriber.Wants(stream) || subscriber.queue.size() < kQueue;
  });
}

absl::Status InProcessBus::Publish(std::string_view stream, std::span<const Event> events) {
  std::vector<std::shared_ptr<const Event>> shared;
  for (const Event& event : events) shared.push_back(std::make_shared<const Event>(event));
  const auto has_room = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return HasRoom(stream); };
  absl::MutexLock lock(&mutex_);
  if (!mutex_.AwaitWithTimeout(absl::Condition(&has_room), kWaitForRoom)) {
    return absl::UnavailableError("a subscriber is too far behind");
  }
  for (Subscriber& subscriber : subscribers_) {
    if (subscriber.ended || !subscriber.Wants(stream)) continue;
    for (const auto& event : shared) subscriber.queue.push_back({std::string(stream), event});
  }
  return absl::OkStatus();
}

std::unique_ptr<Subscription> InProcessBus::Subscribe(Listener listener) {
  absl::MutexLock lock(&mutex_);
  Subscriber& subscriber = subscribers_.emplace_back(std::move(listener));
  return std::make_unique<Ticket>(*this, subscriber);
}

int64_t InProcessBus::Settled(std::string_view tenant, std::string_view stream, int64_t published) {
  absl::MutexLock lock(&mutex_);
  int64_t settled = published;
  for (const Subscriber& subscriber : subscribers_) {
    const auto oldest = std::find_if(
        subscriber.queue.begin(), subscriber.queue.end(), [&](const Delivery& delivery) {
          return delivery.stream == stream && delivery.event->tenant() == tenant;
        });
    if (oldest != subscriber.queue.end())
      settled = std::min(settled, oldest->event->sequence() - 1);
  }
  return settled;
}

void InProcessBus::Deliver(Subscriber& subscriber) {
  const auto ended = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return subscriber.ended; };
  const auto awake = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return subscriber.ended || !subscriber.queue.empty();
  };
  absl::Duration retry = kFirstRetry;
  while (true) {
    Delivery delivery;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(&awake));
      if (subscriber.ended) return;
      delivery = subscriber.queue.front();
    }
    const absl::Status status =
        Handle(subscriber.name, subscriber.handler, delivery.stream, *delivery.event);
    absl::MutexLock lock(&mutex_);
    if (status.ok()) {
      subscriber.queue.pop_front();
      retry = kFirstRetry;
      continue;
    }
    subscriber.failures.Increment();
    const std::string cause = status::CauseOf(status);
    observe::Log(observe::Level::kError, "event not handled",
                 {{"subscriber", subscriber.name},
                  {"stream", delivery.stream},
                  {"tenant", delivery.event->tenant()},
                  {"sequence", delivery.event->sequence()},
                  {"cause", cause.empty() ? std::string(status.message()) : cause}});
    mutex_.AwaitWithTimeout(absl::Condition(&ended), retry);
    retry = std::min(retry * 2, kLastRetry);
  }
}

}  // namespace

std::unique_ptr<Bus> MakeInProcessBus() { return std::make_unique<InProcessBus>(); }

}  // namespace forium::events
