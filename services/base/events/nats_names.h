// SPDX-License-Identifier: Apache-2.0
// What things are called on the NATS server: subjects, streams, message ids.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace forium::events {

// Text as one token of a subject or a consumer's name: bytes outside [A-Za-z0-9_-] become `=` and
// two hexadecimal digits.
std::string SubjectToken(std::string_view text);

// `forium.events.<service>.<tenant>`; the tenant may be `*`.
std::string EventSubject(std::string_view service, std::string_view tenant);
// `forium.events.<service>`, which no stream keeps: relays of the service are alive.
std::string LifeSubject(std::string_view service);
// `forium.dead.<listener>.<service>.<tenant>`: events that a listener could not handle.
std::string DeadSubject(std::string_view listener, std::string_view service,
                        std::string_view tenant);
// `forium.retry.<listener>.<service>.<tenant>`: dead letters that the listener gets once more.
std::string RetrySubject(std::string_view listener, std::string_view service,
                         std::string_view tenant);
// `<tenant>/<service>/<sequence>`: the server drops a second message with the same.
std::string MessageId(std::string_view service, std::string_view tenant, int64_t sequence);

// Headers of messages.
inline constexpr char kMessageIdHeader[] = "Nats-Msg-Id";
inline constexpr char kExpectedLastHeader[] = "Nats-Expected-Last-Subject-Sequence";
inline constexpr char kTraceparentHeader[] = "traceparent";
inline constexpr char kCauseHeader[] = "Forium-Cause";
inline constexpr char kDeliveriesHeader[] = "Forium-Deliveries";
inline constexpr char kListenerHeader[] = "Forium-Listener";
inline constexpr char kServiceHeader[] = "Forium-Service";
inline constexpr char kPositionHeader[] = "Forium-Stream-Sequence";

// A stream of the server and the subjects that it keeps.
struct StreamPlan {
  std::string name;
  std::string subjects;
  int64_t keep_days;
  // Each message leaves when its consumer has handled it.
  bool work_queue = false;
};
// `FORIUM_<SERVICE>`.
StreamPlan EventStream(std::string_view service);
// `FORIUM_DEAD` and `FORIUM_RETRY`.
StreamPlan DeadStream();
StreamPlan RetryStream();

}  // namespace forium::events
