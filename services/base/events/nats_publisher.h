// SPDX-License-Identifier: Apache-2.0
// Publishes the logs to JetStream so that the stream holds each log without gaps up to its last
// message: the first event of a batch is accepted only after the message that this process knows as
// the last one of the log's subject, and the rest follows it on the same connection. So the last
// message alone tells how much a stream has, also after its server lost what it kept. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/base/events/nats_connection.h"

namespace forium::events {

class NatsPublisher {
 public:
  explicit NatsPublisher(const NatsLink& link) : link_(link) {}

  // As Bus::Publish and Bus::ResumeAfter.
  absl::Status Publish(std::string_view service, std::span<const Event> events);
  int64_t ResumeAfter(std::string_view tenant, std::string_view service, int64_t mark);

 private:
  // A tenant's log in the stream of a service.
  struct Log {
    std::string service;
    std::string subject;
    absl::Mutex mutex;
    // What this process knows of the subject's last message; sequence 0: there is none.
    bool known ABSL_GUARDED_BY(mutex) = false;
    int64_t sequence ABSL_GUARDED_BY(mutex) = 0;   // the event's
    int64_t time_us ABSL_GUARDED_BY(mutex) = 0;    // the event's
    uint64_t position ABSL_GUARDED_BY(mutex) = 0;  // the stream's
    // Where and when it was looked up.
    std::weak_ptr<NatsConnection> looked_on ABSL_GUARDED_BY(mutex);
    absl::Time looked_at ABSL_GUARDED_BY(mutex) = absl::InfinitePast();
    // Events wait that could not be published.
    bool stuck ABSL_GUARDED_BY(mutex) = false;
  };

  Log& LogOf(std::string_view tenant, std::string_view service);
  // Events of one tenant.
  absl::Status PublishTo(Log& log, std::span<const Event> events)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(log.mutex);
  // Says that relays of the service are alive, unless that was said lately.
  void GiveSignOfLife(NatsConnection& connection, const std::string& service);
  absl::Status LookUp(const std::shared_ptr<NatsConnection>& connection, Log& log)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(log.mutex);
  // Looks again after a refusal. Unavailable: the stream has less than it had.
  absl::Status CatchUp(const std::shared_ptr<NatsConnection>& connection, Log& log)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(log.mutex);
  absl::Status Send(NatsConnection& connection, Log& log, std::span<const Event> events)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(log.mutex);

  const NatsLink& link_;
  absl::Mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<Log>> logs_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, absl::Time> signs_of_life_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace forium::events
