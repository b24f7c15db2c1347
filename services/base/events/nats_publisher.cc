// SPDX-License-Identifier: Apache-2.0
#include "services/base/events/nats_publisher.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/protobuf/util/time_util.h"
#include "services/base/observe/log.h"
#include "services/base/status/macros.h"

namespace forium::events {
namespace {

// Silence of the server while acknowledgements are due.
constexpr int64_t kAcknowledgeWithinMs = 2'000;
constexpr absl::Duration kLookAgainAfter = absl::Minutes(1);

int64_t MicrosOf(const Event& event) {
  return google::protobuf::util::TimeUtil::TimestampToMicroseconds(event.time());
}

absl::Status SendOne(NatsConnection& connection, const std::string& subject,
                     const std::string& reply, const Event& event, const std::string& message_id,
                     const std::string& expected_last) {
  const std::string body = event.SerializeAsString();
  natsMsg* raw = nullptr;
  RETURN_IF_ERROR(FromNats(natsMsg_Create(&raw, subject.c_str(), reply.c_str(), body.data(),
                                          static_cast<int>(body.size())),
                           "publish"));
  const NatsMessage message(raw);
  RETURN_IF_ERROR(
      FromNats(natsMsgHeader_Set(raw, kMessageIdHeader, message_id.c_str()), "publish"));
  if (!event.traceparent().empty())
    RETURN_IF_ERROR(FromNats(
        natsMsgHeader_Set(raw, kTraceparentHeader, event.traceparent().c_str()), "publish"));
  if (!expected_last.empty())
    RETURN_IF_ERROR(
        FromNats(natsMsgHeader_Set(raw, kExpectedLastHeader, expected_last.c_str()), "publish"));
  return FromNats(natsConnection_PublishMsg(connection.get(), raw), "publish");
}

// Waits for the answers to `count` messages; that to the last one.
absl::StatusOr<uint64_t> AwaitAcknowledgements(natsSubscription* answers, size_t count) {
  absl::Status refusal;
  uint64_t last = 0;
  for (size_t i = 0; i < count; ++i) {
    natsMsg* raw = nullptr;
    RETURN_IF_ERROR(
        FromNats(natsSubscription_NextMsg(&raw, answers, kAcknowledgeWithinMs), "await JetStream"));
    const NatsMessage answer(raw);
    const absl::StatusOr<uint64_t> position = ReadAcknowledgement(raw);
    if (position.ok()) {
      last = *position;
    } else if (refusal.ok()) {
      refusal = position.status();
    }
  }
  RETURN_IF_ERROR(refusal);
  return last;
}

}  // namespace

NatsPublisher::Log& NatsPublisher::LogOf(std::string_view tenant, std::string_view service) {
  absl::MutexLock lock(&mutex_);
  std::unique_ptr<Log>& log = logs_[{std::string(tenant), std::string(service)}];
  if (log == nullptr) {
    log = std::make_unique<Log>();
    log->service = service;
    log->subject = EventSubject(service, tenant);
  }
  return *log;
}

absl::Status NatsPublisher::Publish(std::string_view service, std::span<const Event> events) {
  while (!events.empty()) {
    const std::string& tenant = events.front().tenant();
    const auto end = std::find_if(events.begin(), events.end(),
                                  [&](const Event& event) { return event.tenant() != tenant; });
    const auto count = static_cast<size_t>(end - events.begin());
    Log& log = LogOf(tenant, service);
    absl::MutexLock lock(&log.mutex);
    const absl::Status status = PublishTo(log, events.first(count));
    log.stuck = !status.ok();
    if (log.stuck) return status;
    events = events.subspan(count);
  }
  return absl::OkStatus();
}

absl::Status NatsPublisher::PublishTo(Log& log, std::span<const Event> events) {
  const std::shared_ptr<NatsConnection> connection = link_.Current();
  if (connection == nullptr) return absl::UnavailableError(link_.Trouble());
  RETURN_IF_ERROR(connection->EnsureStream(EventStream(log.service)));
  if (!log.known) {
    RETURN_IF_ERROR(LookUp(connection, log));
    // Nobody asked how much the stream has: what comes before these events may be missing.
    if (log.sequence < events.front().sequence() - 1)
      return absl::UnavailableError("the stream has less than the log");
    log.known = true;
  }
  constexpr int kTries = 3;
  absl::Status sent;
  for (int i = 0; i < kTries; ++i) {
    // Another process publishes the same log and was faster. A later time means that the log began
    // anew (a restored database) and counts once more from where it was.
    while (!events.empty() && events.front().sequence() <= log.sequence &&
           MicrosOf(events.front()) <= log.time_us)
      events = events.subspan(1);
    if (events.empty()) return absl::OkStatus();
    sent = Send(*connection, log, events);
    if (!absl::IsAborted(sent)) break;
    RETURN_IF_ERROR(CatchUp(connection, log));
  }
  if (absl::IsNotFound(sent)) {
    connection->ForgetStreams();
    log.known = false;
  }
  return sent.ok() ? sent : absl::UnavailableError(sent.message());
}

absl::Status NatsPublisher::Send(NatsConnection& connection, Log& log,
                                 std::span<const Event> events) {
  ASSIGN_OR_RETURN(const std::string inbox, NatsConnection::NewInbox());
  ASSIGN_OR_RETURN(const NatsSubscription answers, connection.Subscribe(inbox));
  std::string expected_last = absl::StrCat(log.position);
  size_t sent = 0, acknowledged = 0;
  for (const Event& event : events) {
    RETURN_IF_ERROR(SendOne(connection, log.subject, inbox, event,
                            MessageId(log.service, event.tenant(), event.sequence()),
                            expected_last));
    expected_last.clear();
    // The first one alone, then all others; the answers come in order.
    if (++sent != 1 && sent != events.size()) continue;
    ASSIGN_OR_RETURN(log.position, AwaitAcknowledgements(answers.get(), sent - acknowledged));
    acknowledged = sent;
    log.sequence = event.sequence();
    log.time_us = MicrosOf(event);
  }
  return absl::OkStatus();
}

absl::Status NatsPublisher::LookUp(const std::shared_ptr<NatsConnection>& connection, Log& log) {
  natsMsg* raw = nullptr;
  const natsStatus code =
      js_GetLastMsg(&raw, connection->jetstream(), EventStream(log.service).name.c_str(),
                    log.subject.c_str(), nullptr, nullptr);
  const NatsMessage message(raw);
  if (code != NATS_NOT_FOUND) RETURN_IF_ERROR(FromNats(code, "look up the last event"));
  log.sequence = log.time_us = 0;
  log.position = 0;
  if (code == NATS_OK) {
    Event event;
    const std::string_view data = DataOf(raw);
    if (!event.ParseFromArray(data.data(), static_cast<int>(data.size())))
      return absl::UnavailableError("the last event of the stream does not parse");
    log.sequence = event.sequence();
    log.time_us = MicrosOf(event);
    log.position = natsMsg_GetSequence(raw);
  }
  log.looked_on = connection;
  log.looked_at = absl::Now();
  return absl::OkStatus();
}

absl::Status NatsPublisher::CatchUp(const std::shared_ptr<NatsConnection>& connection, Log& log) {
  const int64_t before = log.sequence;
  RETURN_IF_ERROR(LookUp(connection, log));
  if (log.sequence >= before) return absl::OkStatus();
  log.known = false;
  return absl::UnavailableError("the stream has less than it had");
}

void NatsPublisher::GiveSignOfLife(NatsConnection& connection, const std::string& service) {
  {
    absl::MutexLock lock(&mutex_);
    absl::Time& last = signs_of_life_[service];
    if (absl::Now() - last < link_.options().silent_after / 5) return;
    last = absl::Now();
  }
  (void)natsConnection_Publish(connection.get(), LifeSubject(service).c_str(), nullptr, 0);
}

int64_t NatsPublisher::ResumeAfter(std::string_view tenant, std::string_view service,
                                   int64_t mark) {
  const std::shared_ptr<NatsConnection> connection = link_.Current();
  if (connection == nullptr) return mark;
  Log& log = LogOf(tenant, service);
  bool stuck;
  {
    absl::MutexLock lock(&log.mutex);
    stuck = log.stuck;
  }
  if (!stuck) GiveSignOfLife(*connection, log.service);
  absl::MutexLock lock(&log.mutex);
  if (log.known && log.looked_on.lock() == connection &&
      absl::Now() - log.looked_at < kLookAgainAfter)
    return mark;
  absl::Status status = connection->EnsureStream(EventStream(service));
  if (status.ok()) status = LookUp(connection, log);
  if (!status.ok()) return mark;
  log.known = true;
  if (log.sequence >= mark) return mark;
  observe::Log(observe::Level::kWarning, "the bus lost events and gets them again",
               {{"stream", service}, {"tenant", tenant}, {"after", log.sequence}, {"of", mark}});
  return log.sequence;
}

}  // namespace forium::events
