// SPDX-License-Identifier: Apache-2.0
// A connection to the NATS server and its keeper. A connection has one life: when it is lost it
// stays closed, with its subscriptions, and the link opens another. So nothing that was meant for
// the old one is sent late on the new one, and what a server got of a connection is a prefix of
// what was written to it. Thread-safe.
#pragma once

#include <nats/nats.h>

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/base/events/nats_bus.h"
#include "services/base/events/nats_names.h"

namespace forium::events {

template <auto Destroy>
struct NatsDestroyer {
  template <typename T>
  void operator()(T* handle) const {
    Destroy(handle);
  }
};
using NatsMessage = std::unique_ptr<natsMsg, NatsDestroyer<natsMsg_Destroy>>;
using NatsSubscription = std::unique_ptr<natsSubscription, NatsDestroyer<natsSubscription_Destroy>>;
using NatsInbox = std::unique_ptr<natsInbox, NatsDestroyer<natsInbox_Destroy>>;

// Unavailable with what cnats says of it; OK for NATS_OK.
absl::Status FromNats(natsStatus code, std::string_view what);
std::string_view DataOf(natsMsg* message);
// A header; empty: it has none.
std::string HeaderOf(natsMsg* message, const char* name);
// What JetStream answered to a publish: the stream's sequence, or its refusal (Aborted when the
// subject's last message is another one than was expected).
absl::StatusOr<uint64_t> ReadAcknowledgement(natsMsg* message);

class NatsConnection {
 public:
  // Waits for the server, a few seconds at most.
  static absl::StatusOr<std::shared_ptr<NatsConnection>> Open(const NatsOptions& options);
  ~NatsConnection();
  NatsConnection(const NatsConnection&) = delete;
  NatsConnection& operator=(const NatsConnection&) = delete;

  natsConnection* get() const { return connection_; }
  jsCtx* jetstream() const { return jetstream_; }
  bool open() const { return !natsConnection_IsClosed(connection_); }
  void Close() { natsConnection_Close(connection_); }
  // Returns when the connection is lost or closed.
  void AwaitEnd();
  // Makes the stream unless it is there; asks the server once in the life of the connection.
  absl::Status EnsureStream(const StreamPlan& plan);
  // Lets EnsureStream ask again: the server knows no such stream.
  void ForgetStreams();
  absl::StatusOr<NatsSubscription> Subscribe(const std::string& subject);
  static absl::StatusOr<std::string> NewInbox();

 private:
  explicit NatsConnection(int replicas) : replicas_(replicas) {}

  const int replicas_;
  natsConnection* connection_ = nullptr;
  jsCtx* jetstream_ = nullptr;
  NatsSubscription watch_;  // nothing is sent to it; it ends with the connection

  absl::Mutex mutex_;
  std::set<std::string> streams_ ABSL_GUARDED_BY(mutex_);
};

// Keeps one connection open, for as long as it takes.
class NatsLink {
 public:
  explicit NatsLink(NatsOptions options);
  ~NatsLink();
  NatsLink(const NatsLink&) = delete;
  NatsLink& operator=(const NatsLink&) = delete;

  // nullptr: the server is away.
  std::shared_ptr<NatsConnection> Current() const;
  std::shared_ptr<NatsConnection> Await(absl::Duration timeout) const;
  // Empty while connected.
  std::string Trouble() const;
  const NatsOptions& options() const { return options_; }

 private:
  void Run();
  // False: the link ends.
  bool Pause(absl::Duration time);

  const NatsOptions options_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<NatsConnection> connection_ ABSL_GUARDED_BY(mutex_);
  std::string trouble_ ABSL_GUARDED_BY(mutex_) = "not connected to NATS yet";
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace forium::events
