// SPDX-License-Identifier: Apache-2.0
// The end of a connection that calls. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "services/base/rpc/wire/connection.h"

namespace forium::rpc {

// How an attempt at a call ended.
struct Answer {
  absl::StatusCode code = absl::StatusCode::kUnavailable;
  std::string message;  // of the server, or why there is no answer
  Fields trailer;
  std::string body;  // the message
  // The server certainly did not begin.
  bool untouched = false;
};

class ClientConnection final : public Connection {
 public:
  enum class State {
    kReady,    // takes calls
    kLeaving,  // the server takes no more; those under way go on
    kClosed,
  };
  using Done = std::function<void(Answer)>;
  using Changed = std::function<void(State, const std::string& cause)>;

  // Nothing happens before Open.
  static std::shared_ptr<ClientConnection> Make(Poller& poller, std::unique_ptr<Socket> socket);
  // `changed` may run at once, and runs for the last time with kClosed.
  void Open(Changed changed);

  // 0: it takes none, and `done` will not run. Else `done` runs once, on any thread, and the number
  // is for Cancel. `fields` are those of gRPC and the caller's; `framed` is one message.
  int32_t Start(const Fields& fields, std::string framed, Done done);
  // Without an answer; `done` does not run if it has not yet.
  void Cancel(int32_t stream);
  // Takes no more calls, and ends when those under way are answered.
  void Leave();

 private:
  struct Stream {
    Outgoing request;
    Done done;
    Answer answer;
    std::string bytes;
    int http_status = 0;
    bool has_status = false;
  };

  ClientConnection(Poller& poller, std::unique_ptr<Socket> socket)
      : Connection(End::kClient, poller, std::move(socket)) {}
  void OnField(int32_t stream, std::string_view name, std::string_view value) override
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnBytes(int32_t stream, std::string_view bytes) override
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnEnd(int32_t /*stream*/) override {}
  void OnStreamClosed(int32_t stream, uint32_t error) override
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnSettings() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnGoaway() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Outgoing* OutgoingOf(int32_t stream) override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnClosed(const std::string& cause) override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Deliver() override;

  Stream* Find(int32_t stream) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Finish(Stream stream) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  std::unordered_map<int32_t, Stream> streams_ ABSL_GUARDED_BY(mutex_);
  bool ready_ ABSL_GUARDED_BY(mutex_) = false;
  bool leaving_ ABSL_GUARDED_BY(mutex_) = false;
  Changed changed_ ABSL_GUARDED_BY(mutex_);
  // For Deliver.
  std::vector<std::pair<Done, Answer>> ended_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::pair<State, std::string>> changes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace forium::rpc
