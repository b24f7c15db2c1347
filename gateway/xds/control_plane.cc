// SPDX-License-Identifier: Apache-2.0
#include "gateway/xds/control_plane.h"

#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gateway/xds/discovery_service.h"
#include "gateway/xds/endpoints.h"
#include "gateway/xds/registry_service.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "services/base/rpc/credentials.h"
#include "services/base/rpc/liveness.h"

namespace forium::gateway {
namespace {

// Processes try to reach a control plane at least once a second.
constexpr absl::Duration kTimeToRegister = absl::Milliseconds(1500);

// An abstract Unix socket: no file, as the file system may be read only. Unique in the network
// namespace, which containers may share.
std::string NewLocalTarget() {
  std::random_device random;
  return absl::StrCat("unix-abstract:forium-control-", absl::Hex(random()), absl::Hex(random()));
}

class RunningControlPlane final : public ControlPlane {
 public:
  explicit RunningControlPlane(const ControlPlaneOptions& options)
      : settled_(absl::Now() + kTimeToRegister),
        endpoints_(options.services, options.grace),
        discovery_(endpoints_, settled_),
        registry_(endpoints_) {}

  ~RunningControlPlane() override {
    endpoints_.Stop();
    if (teller_.joinable()) teller_.join();
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
  }

  absl::Status Listen(const ControlPlaneOptions& options) {
    grpc::ServerBuilder builder;
    builder.RegisterService(&discovery_);
    builder.RegisterService(&registry_);
    // gRPC's default lets a second process take a part of the connections of this one, silently.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    rpc::WatchClients(builder);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    // The other ends ask for life as often.
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 500);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
    builder.AddListeningPort(options.listen, rpc::ServerCredentials(options.security), &port_);
    builder.AddListeningPort(local_target_, grpc::InsecureServerCredentials());
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port_ == 0) {
      return absl::UnavailableError(
          absl::StrCat("cannot listen on ", options.listen, "; is it in use?"));
    }
    teller_ = std::thread([this] { Tell(); });
    return absl::OkStatus();
  }

  int port() const override { return port_; }
  std::string local_target() const override { return local_target_; }

 private:
  // Until Stop(): tells clients of each change, also of those that come with time.
  void Tell() {
    uint64_t told = endpoints_.snapshot()->version;
    bool settled = false;
    while (endpoints_.AwaitWork(told, settled ? absl::InfiniteFuture() : settled_)) {
      settled = absl::Now() >= settled_;
      endpoints_.Forget(absl::Now());
      told = endpoints_.snapshot()->version;
      discovery_.Tell();
    }
  }

  const absl::Time settled_;
  Endpoints endpoints_;
  DiscoveryService discovery_;
  RegistryService registry_;
  const std::string local_target_ = NewLocalTarget();
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::thread teller_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ControlPlane>> ControlPlane::Start(
    const ControlPlaneOptions& options) {
  auto control_plane = std::make_unique<RunningControlPlane>(options);
  if (absl::Status status = control_plane->Listen(options); !status.ok()) return status;
  return control_plane;
}

}  // namespace forium::gateway
