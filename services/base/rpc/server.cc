// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/server.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "services/base/rpc/credentials.h"
#include "services/base/rpc/deadlock_detection.h"
#include "services/base/rpc/dispatcher.h"
#include "services/base/rpc/grpc_call.h"
#include "services/base/rpc/liveness.h"
#include "services/base/rpc/local_transport.h"
#include "services/base/rpc/methods.h"
#include "services/base/rpc/running_calls.h"
#include "services/base/rpc/worker_pool.h"
#include "services/base/status/macros.h"

namespace forium::rpc {
namespace {

// Longer than an answer takes to leave; streams that stay open end then.
constexpr absl::Duration kGoodbye = absl::Milliseconds(300);

}  // namespace

struct Server::State {
  State(Options options, const PrincipalVerifier& verifier)
      : options(std::move(options)),
        workers(this->options.workers, this->options.queue),
        dispatcher(methods, verifier, this->options.default_deadline, workers),
        local(std::make_shared<LocalTransport>(dispatcher, running)),
        service(dispatcher, *running) {}

  const Options options;
  Methods methods;
  // Outlives the server, as `local` does, in channels that are not yet gone.
  const std::shared_ptr<RunningCalls> running = std::make_shared<RunningCalls>();
  WorkerPool workers;
  const Dispatcher dispatcher;
  const std::shared_ptr<LocalTransport> local;
  GrpcService service;
  std::unique_ptr<grpc::Server> grpc_server;
  int port = 0;
};

Server::Server(Options options, const PrincipalVerifier& verifier)
    : state_(std::make_unique<State>(std::move(options), verifier)) {
  TurnOffDeadlockDetection();
}

Server::~Server() {
  state_->running->Close();
  if (state_->grpc_server != nullptr) {
    state_->grpc_server->Shutdown(std::chrono::system_clock::now());
  }
  state_->running->AwaitNone(absl::InfiniteDuration());
}

void Server::HandleMessages(std::string method, MakeRequest make,
                            const google::protobuf::Descriptor* response, Handler handler) {
  state_->methods.Add(std::move(method), std::move(make), response, std::move(handler));
}

absl::Status Server::Start() {
  State& state = *state_;
  RETURN_IF_ERROR(state.methods.Validate());
  if (!state.options.listen.empty()) RETURN_IF_ERROR(Listen());
  state.running->Open();
  SetServing(true);
  return absl::OkStatus();
}

absl::Status Server::Listen() {
  State& state = *state_;
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.RegisterCallbackGenericService(&state.service);
  builder.SetMaxReceiveMessageSize(state.options.max_message_bytes);
  // gRPC's default lets a second process take a part of the connections of this one, silently.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  WatchClients(builder);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kPingEveryMilliseconds / 2);
  builder.AddListeningPort(state.options.listen, ServerCredentials(state.options.security),
                           &state.port);
  state.grpc_server = builder.BuildAndStart();
  if (state.grpc_server == nullptr || state.port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", state.options.listen, "; is it in use?"));
  }
  return absl::OkStatus();
}

void Server::SetServing(bool serving) {
  if (state_->grpc_server == nullptr) return;
  if (grpc::HealthCheckServiceInterface* const health =
          state_->grpc_server->GetHealthCheckService()) {
    health->SetServingStatus(serving);
    for (const std::string& service : state_->methods.services()) {
      health->SetServingStatus(service, serving);
    }
  }
}

int Server::port() const { return state_->port; }

std::shared_ptr<Transport> Server::InProcessChannel() { return state_->local; }

void Server::Drain(absl::Duration grace) {
  state_->running->Close();
  // Calls that are still running then are cut off by the destructor only.
  if (!state_->running->AwaitNone(grace) || state_->grpc_server == nullptr) return;
  // Callers are told to go elsewhere; what they sent before they knew is still answered.
  state_->grpc_server->Shutdown(absl::ToChronoTime(absl::Now() + kGoodbye));
}

}  // namespace forium::rpc
