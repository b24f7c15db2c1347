// SPDX-License-Identifier: Apache-2.0
#include "services/base/events/nats_pull.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "services/base/observe/log.h"
#include "services/base/status/macros.h"

namespace forium::events {
namespace {

constexpr int kBatch = 64;
constexpr char kRequest[] =
    R"({"batch":64,"expires":10000000000,"idle_heartbeat":1000000000})";  // ns
constexpr absl::Duration kSilence = absl::Seconds(3);
// What a process held that died goes to another one after this time.
constexpr int64_t kAckWaitNs = 5'000'000'000;
constexpr int64_t kMaxAckPending = 1'000;

constexpr int64_t kFlushMs = 1'000;

constexpr char kAck[] = "+ACK";
constexpr char kWorking[] = "+WPI";

// `$JS.ACK.<stream>.<consumer>.<deliveries>.<position>.<…>.<time>.<pending>`; newer servers have
// `<domain>.<account>` after ACK and a token at the end.
bool ReadReply(Delivery& delivery) {
  const std::vector<absl::string_view> parts = absl::StrSplit(delivery.reply, '.');
  if (parts.size() < 9) return false;
  const size_t first = parts.size() == 9 ? 4 : 6;
  uint64_t pending = 0;
  const bool read = parts.size() > first + 4 &&
                    absl::SimpleAtoi(parts[first], &delivery.deliveries) &&
                    absl::SimpleAtoi(parts[first + 1], &delivery.position) &&
                    absl::SimpleAtoi(parts[first + 4], &pending);
  delivery.pending = static_cast<int64_t>(pending);
  return read;
}

absl::Status EnsureConsumer(NatsConnection& connection, const std::string& stream,
                            const std::string& durable, const std::string& filter) {
  jsConsumerConfig config;
  jsConsumerConfig_Init(&config);
  config.Durable = durable.c_str();
  config.DeliverPolicy = js_DeliverAll;
  config.AckPolicy = js_AckExplicit;
  config.AckWait = kAckWaitNs;
  // Bounded by the listener, which knows a failure from a death.
  config.MaxDeliver = -1;
  config.FilterSubject = filter.c_str();
  config.ReplayPolicy = js_ReplayInstant;
  config.MaxAckPending = kMaxAckPending;
  const natsStatus made =
      js_AddConsumer(nullptr, connection.jetstream(), stream.c_str(), &config, nullptr, nullptr);
  if (made == NATS_OK) return absl::OkStatus();
  const absl::Status status = FromNats(made, absl::StrCat("consumer ", durable));
  // It may be there with other limits, which an operator gave it; they stay.
  jsConsumerInfo* info = nullptr;
  const natsStatus found = js_GetConsumerInfo(&info, connection.jetstream(), stream.c_str(),
                                              durable.c_str(), nullptr, nullptr);
  jsConsumerInfo_Destroy(info);
  return found == NATS_OK ? absl::OkStatus() : status;
}

// A server that lost the end of a stream, but not what it knew of the consumer, would wait until
// the stream is as long again as it was: such a consumer is made anew.
absl::Status DropConsumerAhead(NatsConnection& connection, const std::string& stream,
                               const std::string& durable) {
  jsStreamInfo* stream_info = nullptr;
  RETURN_IF_ERROR(FromNats(
      js_GetStreamInfo(&stream_info, connection.jetstream(), stream.c_str(), nullptr, nullptr),
      "look at the stream"));
  const uint64_t last = stream_info->State.LastSeq;
  jsStreamInfo_Destroy(stream_info);
  jsConsumerInfo* info = nullptr;
  const natsStatus found = js_GetConsumerInfo(&info, connection.jetstream(), stream.c_str(),
                                              durable.c_str(), nullptr, nullptr);
  if (found != NATS_OK) return absl::OkStatus();  // there is none yet
  const uint64_t delivered = info->Delivered.Stream;
  jsConsumerInfo_Destroy(info);
  if (delivered <= last) return absl::OkStatus();
  observe::Log(observe::Level::kWarning, "a stream lost its end; its consumer begins anew",
               {{"stream", stream}, {"subscriber", durable}});
  return FromNats(
      js_DeleteConsumer(connection.jetstream(), stream.c_str(), durable.c_str(), nullptr, nullptr),
      "delete the consumer");
}

void Say(NatsConnection& connection, const std::string& reply, const std::string& verdict) {
  // Lost with the connection; then the event comes again.
  (void)natsConnection_Publish(connection.get(), reply.c_str(), verdict.data(),
                               static_cast<int>(verdict.size()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<NatsPull>> NatsPull::Open(std::shared_ptr<NatsConnection> connection,
                                                         const StreamPlan& stream,
                                                         const std::string& durable,
                                                         const std::string& filter) {
  std::unique_ptr<NatsPull> pull(new NatsPull(std::move(connection), stream.name, durable));
  NatsConnection& server = *pull->connection_;
  RETURN_IF_ERROR(server.EnsureStream(stream));
  RETURN_IF_ERROR(DropConsumerAhead(server, stream.name, durable));
  if (absl::Status status = EnsureConsumer(server, stream.name, durable, filter); !status.ok()) {
    server.ForgetStreams();
    return status;
  }
  ASSIGN_OR_RETURN(pull->inbox_, NatsConnection::NewInbox());
  ASSIGN_OR_RETURN(pull->subscription_, server.Subscribe(pull->inbox_));
  RETURN_IF_ERROR(pull->Ask());
  return pull;
}

absl::Status NatsPull::Ask() {
  const std::string subject = absl::StrCat("$JS.API.CONSUMER.MSG.NEXT.", stream_, ".", durable_);
  due_ = kBatch;
  heard_ = absl::Now();
  return FromNats(natsConnection_PublishRequest(connection_->get(), subject.c_str(), inbox_.c_str(),
                                                kRequest, sizeof(kRequest) - 1),
                  "ask for events");
}

absl::StatusOr<const Delivery*> NatsPull::Front(absl::Duration timeout) {
  size_t held;
  {
    absl::MutexLock lock(&mutex_);
    held = held_.size();
  }
  if (due_ == 0 && held < kBatch / 2) RETURN_IF_ERROR(Ask());
  while (true) {
    natsMsg* raw = nullptr;
    const int64_t wait = held > 0 ? 0 : absl::ToInt64Milliseconds(timeout);
    const natsStatus code = natsSubscription_NextMsg(&raw, subscription_.get(), wait);
    NatsMessage message(raw);
    if (code == NATS_TIMEOUT) break;
    RETURN_IF_ERROR(FromNats(code, "await events"));
    RETURN_IF_ERROR(Take(std::move(message)));
    absl::MutexLock lock(&mutex_);
    if (held_.size() == held) break;  // news of the request
    held = held_.size();
    if (due_ == 0) break;
  }
  absl::MutexLock lock(&mutex_);
  if (!held_.empty()) return &held_.front();
  if (absl::Now() - heard_ > kSilence) return absl::UnavailableError("the server fell silent");
  return nullptr;
}

absl::Status NatsPull::Take(NatsMessage message) {
  heard_ = absl::Now();
  const char* const reply = natsMsg_GetReply(message.get());
  const std::string status = HeaderOf(message.get(), "Status");
  if (!status.empty()) {
    if (status == "100") return absl::OkStatus();
    if (status == "404" || status == "408") {
      due_ = 0;
      return absl::OkStatus();
    }
    connection_->ForgetStreams();
    return absl::UnavailableError(absl::StrCat("consumer ", durable_, ": ", status, " ",
                                               HeaderOf(message.get(), "Description")));
  }
  Delivery delivery{.message = std::move(message), .reply = reply == nullptr ? "" : reply};
  if (!ReadReply(delivery)) return absl::UnavailableError("a message without place in the stream");
  --due_;
  absl::MutexLock lock(&mutex_);
  held_.push_back(std::move(delivery));
  return absl::OkStatus();
}

void NatsPull::Finish(const std::string& verdict) {
  Delivery delivery;
  {
    absl::MutexLock lock(&mutex_);
    delivery = std::move(held_.front());
    held_.pop_front();
  }
  Say(*connection_, delivery.reply, verdict);
}

void NatsPull::Acknowledge() { Finish(kAck); }

void NatsPull::Again(absl::Duration pause) {
  Finish(absl::StrCat(R"(-NAK {"delay":)", absl::ToInt64Nanoseconds(pause), "}"));
}

void NatsPull::GiveBack() {
  // First the end of the request, or the server would give them to it again.
  if (natsSubscription_Drain(subscription_.get()) != NATS_OK) return;
  (void)natsConnection_FlushTimeout(connection_->get(), kFlushMs);
  natsMsg* raw = nullptr;
  while (natsSubscription_NextMsg(&raw, subscription_.get(), 0) == NATS_OK)
    (void)Take(NatsMessage(raw));
  std::deque<Delivery> held;
  {
    absl::MutexLock lock(&mutex_);
    held.swap(held_);
  }
  for (const Delivery& delivery : held) Say(*connection_, delivery.reply, "-NAK");
  (void)natsConnection_FlushTimeout(connection_->get(), kFlushMs);
}

void NatsPull::KeepHeld() {
  std::vector<std::string> replies;
  {
    absl::MutexLock lock(&mutex_);
    for (const Delivery& delivery : held_) replies.push_back(delivery.reply);
  }
  for (const std::string& reply : replies) Say(*connection_, reply, kWorking);
}

absl::StatusOr<int64_t> NatsPull::Pending() {
  jsConsumerInfo* info = nullptr;
  RETURN_IF_ERROR(FromNats(js_GetConsumerInfo(&info, connection_->jetstream(), stream_.c_str(),
                                              durable_.c_str(), nullptr, nullptr),
                           "look at the consumer"));
  const int64_t pending = static_cast<int64_t>(info->NumPending) + info->NumAckPending;
  jsConsumerInfo_Destroy(info);
  return pending;
}

}  // namespace forium::events
