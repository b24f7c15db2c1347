// SPDX-License-Identifier: Apache-2.0
// Calls RPCs by method name, over gRPC or within the process. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "services/base/rpc/wire/security.h"

namespace forium::rpc {

// What a caller says beside the request.
struct CallOptions {
  std::string signed_principal;  // serialised SignedPrincipal; empty for PREAUTH methods
  std::string tenant = "default";
  std::string request_id;
  std::string peer_address;
  std::string user_agent;
  std::string traceparent;  // W3C Trace Context of the span that calls; may be empty
  absl::Time deadline = absl::InfiniteFuture();
};

// An answer, still in bytes.
struct Reply {
  absl::Status status;  // with reason, as the handler gave it
  std::string body;     // serialised response message
  int sql_statements = 0;
};

// Carries calls to a server. Thread-safe.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual void Start(std::string_view method, const google::protobuf::MessageLite& request,
                     const CallOptions& options, std::function<void(Reply)> done) = 0;
};

// To servers of other processes: `127.0.0.1:9001`, `dns:///forum:9001`, `xds:///forum`,
// `unix:/path`, or a list `10.0.0.1:9001,10.0.0.2:9001`; several are called in turns. A call that
// no server answered runs again elsewhere when its method has no side effects (proto option
// `idempotency_level`), as long as its deadline allows.
std::shared_ptr<Transport> Connect(const std::string& target, const Security& security = {});

class Channel {
 public:
  // `transport`: Server::InProcessChannel() or Connect().
  explicit Channel(std::shared_ptr<Transport> transport) : transport_(std::move(transport)) {}

  // Starts a call; `done` runs once, on a thread of the transport (before this returns, if the
  // server refuses at once), and must not block or end the channel. `method` is the full name,
  // `forium.forum.v1.ForumService.GetTopic`.
  void Start(std::string_view method, const google::protobuf::MessageLite& request,
             const CallOptions& options, std::function<void(Reply)> done) {
    transport_->Start(method, request, options, std::move(done));
  }

  // The same, blocking (services, commands, tests).
  template <typename Response>
  absl::StatusOr<Response> Call(std::string_view method,
                                const google::protobuf::MessageLite& request,
                                const CallOptions& options) {
    Reply reply = CallBytes(method, request, options);
    if (!reply.status.ok()) return reply.status;
    Response response;
    if (!response.ParseFromString(reply.body))
      return absl::InternalError("response does not parse");
    return response;
  }
  Reply CallBytes(std::string_view method, const google::protobuf::MessageLite& request,
                  const CallOptions& options);

 private:
  const std::shared_ptr<Transport> transport_;
};

}  // namespace forium::rpc
