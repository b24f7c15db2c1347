// SPDX-License-Identifier: Apache-2.0
// The messages of one durable pull consumer over one connection: makes the consumer, asks for
// messages, notices when the server fell silent, and keeps what it holds from being given to others
// meanwhile. Used by one thread, except KeepHeld.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/base/events/nats_connection.h"

namespace forium::events {

// A message and what its reply subject says of it.
struct Delivery {
  NatsMessage message;
  std::string reply;
  int64_t deliveries = 0;
  uint64_t position = 0;  // in the stream
  int64_t pending = 0;    // behind it
};

class NatsPull {
 public:
  // Makes stream and consumer unless they are there.
  static absl::StatusOr<std::unique_ptr<NatsPull>> Open(std::shared_ptr<NatsConnection> connection,
                                                        const StreamPlan& stream,
                                                        const std::string& durable,
                                                        const std::string& filter);
  // The oldest delivery that was not finished, waiting at most `timeout` for one; nullptr: there is
  // none. Unavailable: open another NatsPull.
  absl::StatusOr<const Delivery*> Front(absl::Duration timeout);
  // Each finishes the oldest one.
  void Acknowledge();
  void Again(absl::Duration pause);
  // Gives all that it holds back, for others to have at once.
  void GiveBack();
  // Tells the server that work on what is held goes on. On any thread.
  void KeepHeld();
  // What the server has for the consumer, held ones included.
  absl::StatusOr<int64_t> Pending();
  bool open() const { return connection_->open(); }
  NatsConnection& connection() { return *connection_; }

 private:
  NatsPull(std::shared_ptr<NatsConnection> connection, std::string stream, std::string durable)
      : connection_(std::move(connection)),
        stream_(std::move(stream)),
        durable_(std::move(durable)) {}
  absl::Status Ask();
  // One message of the server: a delivery, or news of the request.
  absl::Status Take(NatsMessage message);
  void Finish(const std::string& verdict);

  const std::shared_ptr<NatsConnection> connection_;
  const std::string stream_;
  const std::string durable_;
  std::string inbox_;
  NatsSubscription subscription_;
  int due_ = 0;  // of the request that runs
  absl::Time heard_ = absl::InfinitePast();

  absl::Mutex mutex_;
  std::deque<Delivery> held_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace forium::events
