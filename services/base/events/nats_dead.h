// SPDX-License-Identifier: Apache-2.0
// Dead letters: events that a listener could not handle, put aside with the reason. They stay for
// 30 days, to be looked at, given to that listener once more, or dropped.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/base/events/nats_pull.h"

namespace forium::events {

struct DeadLetterCause {
  const std::string& listener;
  const std::string& service;
  const std::string& cause;
};
// Stores a delivery as a dead letter; again: once.
absl::Status StoreDeadLetter(NatsConnection& connection, const Delivery& delivery,
                             const DeadLetterCause& cause);

// One of them, as it is listed.
struct DeadLetter {
  uint64_t number = 0;  // names it
  absl::Time time;      // when it was put aside
  std::string listener;
  std::string service;
  std::string cause;
  std::string deliveries;
  Event event;
};

// What an operator does with them. Not thread-safe.
class DeadLetters {
 public:
  static absl::StatusOr<DeadLetters> Open(const NatsOptions& options);
  // All, or those of a listener; oldest first.
  absl::StatusOr<std::vector<DeadLetter>> List(const std::string& listener);
  // Gives it to its listener once more, and to no other; it is no longer a dead letter. NotFound:
  // there is none of the number.
  absl::Status Replay(uint64_t number);
  absl::Status Drop(uint64_t number);

 private:
  explicit DeadLetters(std::shared_ptr<NatsConnection> connection)
      : connection_(std::move(connection)) {}
  absl::StatusOr<NatsMessage> Get(uint64_t number);

  std::shared_ptr<NatsConnection> connection_;
};

}  // namespace forium::events
