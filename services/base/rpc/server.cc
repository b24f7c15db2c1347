// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "services/base/rpc/deadlock_detection.h"
#include "services/base/rpc/incoming_call.h"
#include "services/base/rpc/methods.h"
#include "services/base/rpc/worker_pool.h"
#include "services/base/status/macros.h"

namespace forium::rpc {
namespace {

class GenericService final : public grpc::CallbackGenericService {
 public:
  explicit GenericService(const Dispatch& dispatch) : dispatch_(dispatch) {}
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    return new IncomingCall(context, dispatch_);
  }

 private:
  const Dispatch& dispatch_;
};

}  // namespace

// Two gRPC servers over one dispatch: the in-process one is there from the start, so that services
// can be given channels to each other before any of them is complete; until Start it refuses calls.
// The other one listens.
struct Server::State {
  State(Options options, const PrincipalVerifier& verifier)
      : options(std::move(options)),
        workers(this->options.workers, this->options.queue),
        dispatch{methods, verifier, this->options.default_deadline, running, workers},
        inside_service(dispatch),
        outside_service(dispatch) {
    TurnOffDeadlockDetection();
    inside = Builder(&inside_service).BuildAndStart();
  }

  grpc::ServerBuilder& Builder(GenericService* service) {
    builders.push_back(std::make_unique<grpc::ServerBuilder>());
    builders.back()->RegisterCallbackGenericService(service);
    builders.back()->SetMaxReceiveMessageSize(options.max_message_bytes);
    return *builders.back();
  }
  void Shutdown() {
    const auto now = std::chrono::system_clock::now();
    if (outside != nullptr) outside->Shutdown(now);
    inside->Shutdown(now);
  }

  const Options options;
  Methods methods;
  RunningCalls running;
  WorkerPool workers;
  const Dispatch dispatch;
  GenericService inside_service;
  GenericService outside_service;
  std::vector<std::unique_ptr<grpc::ServerBuilder>> builders;
  std::unique_ptr<grpc::Server> inside;
  std::unique_ptr<grpc::Server> outside;
  int port = 0;
};

Server::Server(Options options, const PrincipalVerifier& verifier)
    : state_(std::make_unique<State>(std::move(options), verifier)) {}

Server::~Server() {
  state_->running.Close();
  state_->Shutdown();
}

void Server::HandleMessages(std::string method, MakeRequest make,
                            const google::protobuf::Descriptor* response, Handler handler) {
  state_->methods.Add(std::move(method), std::move(make), response, std::move(handler));
}

absl::Status Server::Start() {
  State& state = *state_;
  RETURN_IF_ERROR(state.methods.Validate());
  state.running.Open();
  if (state.options.listen.empty()) return absl::OkStatus();
  grpc::ServerBuilder& builder = state.Builder(&state.outside_service);
  // gRPC's default lets a second process take a part of the connections of this one, silently.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort(state.options.listen, grpc::InsecureServerCredentials(), &state.port);
  state.outside = builder.BuildAndStart();
  if (state.outside == nullptr || state.port == 0) {
    state.running.Close();
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", state.options.listen, "; is it in use?"));
  }
  return absl::OkStatus();
}

int Server::port() const { return state_->port; }

std::shared_ptr<grpc::Channel> Server::InProcessChannel() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  return state_->inside->InProcessChannel(arguments);
}

void Server::Drain(absl::Duration grace) {
  state_->running.Close();
  // Calls that are still running are cut off by the destructor only.
  if (state_->running.AwaitNone(grace)) state_->Shutdown();
}

}  // namespace forium::rpc
