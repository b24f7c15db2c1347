// SPDX-License-Identifier: Apache-2.0
// Where calls of other processes arrive: a listening socket, its connections, the threads that read
// them. Any gRPC client may call. Thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/base/rpc/dispatcher.h"
#include "services/base/rpc/health.h"
#include "services/base/rpc/running_calls.h"
#include "services/base/rpc/wire/poller.h"
#include "services/base/rpc/wire/server_connection.h"
#include "services/base/rpc/wire/tls_files.h"

namespace forium::rpc {

class GrpcServer final : public ServerConnection::Handler {
 public:
  // `inline_calls`: how many calls may run at once on the threads that read, which spares them a
  // change of threads; the others go to the dispatcher's workers.
  GrpcServer(const Dispatcher& dispatcher, RunningCalls& running, const Security& security,
             size_t max_message_bytes, int inline_calls);
  // Cuts what is left. Waits for calls that run on its own threads.
  ~GrpcServer() override;

  // `127.0.0.1:9102`, `unix:/path`; port 0 picks one. Errors: Unavailable (in use),
  // FailedPrecondition (a file of certificates cannot be used), InvalidArgument.
  absl::Status Listen(const std::string& address);
  int port() const { return port_; }
  void SetServing(bool serving);
  // Takes no more connections and tells callers to go elsewhere; calls under way go on.
  void Leave();
  // Until the last connection is gone, at most so long.
  void AwaitNobody(absl::Duration timeout);

 private:
  class Door;

  void OnCalls(std::vector<ArrivedCall> calls) override;
  std::unique_ptr<Conversation> Converse(const std::string& path) override;
  void OnConnectionClosed(ServerConnection* connection) override;

  void Accept(int descriptor);
  void Tick();
  std::vector<std::shared_ptr<ServerConnection>> Connections();

  const Dispatcher& dispatcher_;
  RunningCalls& running_;
  const std::unique_ptr<TlsFiles> tls_;  // nullptr: plain
  const size_t max_message_bytes_;
  Health health_;
  std::atomic<int> inline_left_;
  int port_ = 0;
  absl::Mutex mutex_;
  std::shared_ptr<Door> door_ ABSL_GUARDED_BY(mutex_);
  bool leaving_ ABSL_GUARDED_BY(mutex_) = false;
  std::unordered_map<ServerConnection*, std::shared_ptr<ServerConnection>> connections_
      ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Poller> poller_;  // its threads use all of the above
};

}  // namespace forium::rpc
