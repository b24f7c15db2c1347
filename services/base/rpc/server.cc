// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/server.h"

#include <utility>

#include "absl/time/clock.h"
#include "services/base/rpc/deadlock_detection.h"
#include "services/base/rpc/dispatcher.h"
#include "services/base/rpc/grpc_server.h"
#include "services/base/rpc/local_transport.h"
#include "services/base/rpc/methods.h"
#include "services/base/rpc/running_calls.h"
#include "services/base/rpc/worker_pool.h"
#include "services/base/status/macros.h"

namespace forium::rpc {
namespace {

// Longer than an answer takes to leave; streams that stay open end then.
constexpr absl::Duration kGoodbye = absl::Milliseconds(300);

// Of the workers, those that read calls off the network and run them at once. One of a few workers
// would be missed.
int InlineCalls(int workers) { return workers >= 16 ? 3 : 0; }

}  // namespace

struct Server::State {
  State(Options options, const PrincipalVerifier& verifier)
      : options(std::move(options)),
        workers(this->options.workers - InlineCalls(this->options.workers), this->options.queue),
        dispatcher(methods, verifier, this->options.default_deadline, workers),
        local(std::make_shared<LocalTransport>(dispatcher, running)) {}

  const Options options;
  Methods methods;
  // Outlives the server, as `local` does, in channels that are not yet gone.
  const std::shared_ptr<RunningCalls> running = std::make_shared<RunningCalls>();
  WorkerPool workers;
  const Dispatcher dispatcher;
  const std::shared_ptr<LocalTransport> local;
  std::unique_ptr<GrpcServer> network;  // nullptr: reachable within the process only
};

Server::Server(Options options, const PrincipalVerifier& verifier)
    : state_(std::make_unique<State>(std::move(options), verifier)) {
  TurnOffDeadlockDetection();
}

Server::~Server() {
  state_->running->Close();
  state_->network.reset();
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
  state.network = std::make_unique<GrpcServer>(
      state.dispatcher, *state.running, state.options.security,
      static_cast<size_t>(state.options.max_message_bytes), InlineCalls(state.options.workers));
  return state.network->Listen(state.options.listen);
}

void Server::SetServing(bool serving) {
  if (state_->network != nullptr) state_->network->SetServing(serving);
}

int Server::port() const { return state_->network == nullptr ? 0 : state_->network->port(); }

std::shared_ptr<Transport> Server::InProcessChannel() { return state_->local; }

void Server::Drain(absl::Duration grace) {
  state_->running->Close();
  // Calls that are still running then are cut off by the destructor only.
  if (!state_->running->AwaitNone(grace) || state_->network == nullptr) return;
  // Callers are told to go elsewhere; what they sent before they knew is still answered.
  state_->network->Leave();
  state_->network->AwaitNobody(kGoodbye);
}

}  // namespace forium::rpc
