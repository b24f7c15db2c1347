// SPDX-License-Identifier: Apache-2.0
// The end of a connection that is called. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/base/rpc/wire/connection.h"

namespace forium::rpc {

class ServerConnection;

// A call that came whole, with one message.
struct ArrivedCall {
  std::shared_ptr<ServerConnection> connection;
  int32_t stream = 0;
  std::string path;  // /forium.forum.v1.ForumService/GetTopic
  Fields fields;
  std::string message;
  absl::Time time;
  absl::Time deadline;
  // The call cannot be carried out: why.
  absl::Status refusal;
};

// A call in which either end may say more than once: what tools ask (health, reflection). Under the
// lock of its connection, so quick.
class Conversation {
 public:
  struct Reply {
    std::string framed = {};  // messages
    std::optional<absl::Status> end = {};
  };
  virtual ~Conversation() = default;
  virtual Reply OnMessage(std::string_view message) = 0;
  // The caller says no more.
  virtual Reply OnEnd() { return {.end = absl::OkStatus()}; }
  // Something that it may be about changed.
  virtual Reply OnChange() { return {}; }
};

class ServerConnection final : public Connection {
 public:
  class Handler {
   public:
    virtual ~Handler() = default;
    // On a thread of the poller; may run them there.
    virtual void OnCalls(std::vector<ArrivedCall> calls) = 0;
    // nullptr: not a path of one. Under the lock of the connection.
    virtual std::unique_ptr<Conversation> Converse(const std::string& path) = 0;
    virtual void OnConnectionClosed(ServerConnection* connection) = 0;
  };

  static std::shared_ptr<ServerConnection> Make(Poller& poller, std::unique_ptr<Socket> socket,
                                                Handler& handler, size_t max_message_bytes);
  void Open() { Begin(); }

  // Whether the caller still waits.
  bool Waits(int32_t stream);
  // Answers and ends a call; nothing happens when its caller left. `framed`: a message, if OK.
  void Reply(int32_t stream, const absl::Status& status, std::string framed, Fields trailer);
  // Something that conversations may be about changed.
  void Change();
  // Tells the caller to go elsewhere. Calls under way go on.
  void Leave();

 private:
  struct Stream {
    ArrivedCall call;
    std::string bytes;
    std::string method;
    std::string content_type;
    std::string encoding;
    std::unique_ptr<Conversation> conversation;
    Outgoing response;
    bool opened = false;   // all fields came
    bool started = false;  // the header of the response is sent
    bool ended = false;    // handed on
  };

  ServerConnection(Poller& poller, std::unique_ptr<Socket> socket, Handler& handler,
                   size_t max_message_bytes)
      : Connection(End::kServer, poller, std::move(socket)),
        handler_(handler),
        max_message_bytes_(max_message_bytes) {}
  void OnField(int32_t stream, std::string_view name, std::string_view value) override
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnBytes(int32_t stream, std::string_view bytes) override
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnEnd(int32_t stream) override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnStreamClosed(int32_t stream, uint32_t error) override
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Outgoing* OutgoingOf(int32_t stream) override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnClosed(const std::string& cause) override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Deliver() override;

  Stream* Find(int32_t stream) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // False: it is no gRPC call, and answered.
  bool Opened(int32_t id, Stream& stream) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void HandOn(int32_t id, Stream& stream, absl::Status refusal)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Gives whole messages to the conversation.
  void Talk(int32_t id, Stream& stream) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Say(int32_t id, Stream& stream, Conversation::Reply reply)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Finish(int32_t id, Stream& stream, const absl::Status& status, Fields trailer)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SendHead(int32_t id, Stream& stream) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Handler& handler_;
  const size_t max_message_bytes_;
  std::unordered_map<int32_t, Stream> streams_ ABSL_GUARDED_BY(mutex_);
  // For Deliver.
  std::vector<ArrivedCall> arrived_ ABSL_GUARDED_BY(mutex_);
  bool told_closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace forium::rpc
