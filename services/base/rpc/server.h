// SPDX-License-Identifier: Apache-2.0
// Serves RPCs of any number of services in one gRPC server. Each method's permission (an option in
// proto) is checked before its handler runs; a method without one makes Start fail. Handlers are
// synchronous and run on a bounded pool of worker threads. One place logs, meters, counts
// statements and maps errors for all of them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "services/base/rpc/call.h"
#include "services/base/rpc/channel.h"
#include "services/base/rpc/principal.h"
#include "services/base/rpc/wire/security.h"

namespace forium::rpc {

class Server {
 public:
  struct Options {
    // `127.0.0.1:9001`; empty: reachable by InProcessChannel only. Port 0 picks a free one (see
    // port()).
    std::string listen;
    Security security = {};
    int workers = 64;
    // Calls that wait for a worker; more are answered UNAVAILABLE at once.
    int queue = 4096;
    int max_message_bytes = 16 << 20;
    absl::Duration default_deadline = absl::Seconds(30);
  };
  Server(Options options, const PrincipalVerifier& verifier);
  ~Server();

  // Registers a handler by the method's full name, `forium.forum.v1.ForumService.GetTopic`, with
  // typed messages:
  //   server.Handle<GetTopicRequest, google::api::HttpBody>("forium…GetTopic", [&](const Call&
  //   call, const auto& request)
  //       -> absl::StatusOr<google::api::HttpBody> { … });
  template <typename Request, typename Response, typename Fn>
  void Handle(std::string method, Fn fn) {
    HandleMessages(
        std::move(method), [] { return std::unique_ptr<google::protobuf::Message>(new Request); },
        Response::descriptor(),
        [fn = std::move(fn)](const Call& call, const google::protobuf::Message& request)
            -> absl::StatusOr<std::unique_ptr<google::protobuf::Message>> {
          absl::StatusOr<Response> response = fn(call, static_cast<const Request&>(request));
          if (!response.ok()) return std::move(response).status();
          return std::unique_ptr<google::protobuf::Message>(new Response(*std::move(response)));
        });
  }

  // What the gRPC health protocol answers, for the server and each of its services; true at first.
  void SetServing(bool serving);

  // Binds and starts. Errors: a method without permission option, not in the descriptor pool or
  // with other messages; a method of a registered service without a handler; the address is in use.
  absl::Status Start();
  int port() const;
  // Calls without gRPC, straight to a worker; `done` runs on it. May be asked for before Start:
  // calls are answered UNAVAILABLE until then, and when the server is gone.
  std::shared_ptr<Transport> InProcessChannel();
  // Refuses new calls and waits for running ones, at most `grace`.
  void Drain(absl::Duration grace);

 private:
  using MakeRequest = std::function<std::unique_ptr<google::protobuf::Message>()>;
  using Handler = std::function<absl::StatusOr<std::unique_ptr<google::protobuf::Message>>(
      const Call&, const google::protobuf::Message&)>;
  void HandleMessages(std::string method, MakeRequest make,
                      const google::protobuf::Descriptor* response, Handler handler);

  absl::Status Listen();

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace forium::rpc
