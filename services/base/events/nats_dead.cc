// SPDX-License-Identifier: Apache-2.0
#include "services/base/events/nats_dead.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"

namespace forium::events {
namespace {

constexpr int64_t kTimeoutMs = 2'000;
constexpr size_t kLongestCause = 500;

// A header holds one line.
std::string OneLine(std::string text) {
  text.resize(std::min(text.size(), kLongestCause));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return text.empty() ? "unknown" : text;
}

struct Header {
  const char* name;
  std::string value;
};

// Publishes and waits until a stream has it.
absl::Status Store(NatsConnection& connection, const std::string& subject, std::string_view body,
                   const std::vector<Header>& headers) {
  natsMsg* raw = nullptr;
  RETURN_IF_ERROR(FromNats(
      natsMsg_Create(&raw, subject.c_str(), nullptr, body.data(), static_cast<int>(body.size())),
      "publish"));
  const NatsMessage message(raw);
  for (const Header& header : headers) {
    if (header.value.empty()) continue;
    RETURN_IF_ERROR(FromNats(natsMsgHeader_Set(raw, header.name, header.value.c_str()), "publish"));
  }
  natsMsg* answer = nullptr;
  RETURN_IF_ERROR(
      FromNats(natsConnection_RequestMsg(&answer, connection.get(), raw, kTimeoutMs), "publish"));
  const NatsMessage owner(answer);
  return ReadAcknowledgement(answer).status();
}

}  // namespace

absl::Status StoreDeadLetter(NatsConnection& connection, const Delivery& delivery,
                             const DeadLetterCause& cause) {
  RETURN_IF_ERROR(connection.EnsureStream(DeadStream()));
  natsMsg* const message = delivery.message.get();
  Event event;
  const std::string_view body = DataOf(message);
  const bool parsed = event.ParseFromArray(body.data(), static_cast<int>(body.size()));
  const std::string subject = natsMsg_GetSubject(message);
  const std::string tenant = parsed ? event.tenant() : subject.substr(subject.rfind('.') + 1);
  return Store(
      connection, DeadSubject(cause.listener, cause.service, tenant), body,
      {{kMessageIdHeader, absl::StrCat(cause.listener, "/", subject, "/", delivery.position)},
       {kCauseHeader, OneLine(cause.cause)},
       {kDeliveriesHeader, absl::StrCat(delivery.deliveries)},
       {kListenerHeader, cause.listener},
       {kServiceHeader, cause.service},
       {kPositionHeader, absl::StrCat(delivery.position)},
       {kTraceparentHeader, HeaderOf(message, kTraceparentHeader)}});
}

absl::StatusOr<DeadLetters> DeadLetters::Open(const NatsOptions& options) {
  ASSIGN_OR_RETURN(std::shared_ptr<NatsConnection> connection, NatsConnection::Open(options));
  RETURN_IF_ERROR(connection->EnsureStream(DeadStream()));
  RETURN_IF_ERROR(connection->EnsureStream(RetryStream()));
  return DeadLetters(std::move(connection));
}

absl::StatusOr<NatsMessage> DeadLetters::Get(uint64_t number) {
  natsMsg* raw = nullptr;
  const natsStatus code = js_GetMsg(&raw, connection_->jetstream(), DeadStream().name.c_str(),
                                    number, nullptr, nullptr);
  NatsMessage message(raw);
  if (code == NATS_NOT_FOUND)
    return absl::NotFoundError(absl::StrCat("There is no dead letter ", number, "."));
  RETURN_IF_ERROR(FromNats(code, "read a dead letter"));
  return message;
}

absl::StatusOr<std::vector<DeadLetter>> DeadLetters::List(const std::string& listener) {
  jsStreamInfo* info = nullptr;
  RETURN_IF_ERROR(FromNats(js_GetStreamInfo(&info, connection_->jetstream(),
                                            DeadStream().name.c_str(), nullptr, nullptr),
                           "look at the dead letters"));
  const uint64_t first = info->State.FirstSeq, last = info->State.LastSeq;
  jsStreamInfo_Destroy(info);
  std::vector<DeadLetter> letters;
  for (uint64_t number = std::max<uint64_t>(first, 1); number <= last; ++number) {
    const absl::StatusOr<NatsMessage> message = Get(number);
    if (absl::IsNotFound(message.status())) continue;
    RETURN_IF_ERROR(message.status());
    natsMsg* const raw = message->get();
    DeadLetter letter{.number = number,
                      .time = absl::FromUnixNanos(natsMsg_GetTime(raw)),
                      .listener = HeaderOf(raw, kListenerHeader),
                      .service = HeaderOf(raw, kServiceHeader),
                      .cause = HeaderOf(raw, kCauseHeader),
                      .deliveries = HeaderOf(raw, kDeliveriesHeader),
                      .event = {}};
    if (!listener.empty() && letter.listener != listener) continue;
    const std::string_view body = DataOf(raw);
    // One that does not parse is listed without its event.
    (void)letter.event.ParseFromArray(body.data(), static_cast<int>(body.size()));
    letters.push_back(std::move(letter));
  }
  return letters;
}

absl::Status DeadLetters::Replay(uint64_t number) {
  ASSIGN_OR_RETURN(const NatsMessage message, Get(number));
  natsMsg* const raw = message.get();
  const std::string subject = natsMsg_GetSubject(raw);
  const std::string tenant = subject.substr(subject.rfind('.') + 1);
  Event event;
  const std::string_view body = DataOf(raw);
  const bool parsed = event.ParseFromArray(body.data(), static_cast<int>(body.size()));
  RETURN_IF_ERROR(Store(*connection_,
                        RetrySubject(HeaderOf(raw, kListenerHeader), HeaderOf(raw, kServiceHeader),
                                     parsed ? event.tenant() : tenant),
                        body,
                        {{kMessageIdHeader, absl::StrCat("retry/", number)},
                         {kTraceparentHeader, HeaderOf(raw, kTraceparentHeader)}}));
  return Drop(number);
}

absl::Status DeadLetters::Drop(uint64_t number) {
  // Where it is not, cnats says only that something went wrong.
  RETURN_IF_ERROR(Get(number).status());
  return FromNats(
      js_DeleteMsg(connection_->jetstream(), DeadStream().name.c_str(), number, nullptr, nullptr),
      "drop a dead letter");
}

}  // namespace forium::events
