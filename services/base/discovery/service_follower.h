// SPDX-License-Identifier: Apache-2.0
// Follows where the processes of a service are, as the control planes tell: a client of Envoy's
// aggregated discovery service, version 3, state of the world, that asks for endpoints (EDS) alone,
// since every name leads to the cluster of that name there. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "proto/envoy/config/endpoint.pb.h"
#include "proto/envoy/service/discovery.grpc.pb.h"
#include "services/base/rpc/resolver.h"
#include "services/base/rpc/wire/security.h"

namespace forium::discovery {

struct ControlPlanes {
  std::vector<std::string> targets;  // `host:port`; the first that is reached is followed
  std::string zone;                  // of this process
  rpc::Security security;
};

class ServiceFollower final : public rpc::Resolver {
 public:
  // While no control plane is reached, what was told last stays.
  ServiceFollower(ControlPlanes control_planes, std::string service, rpc::OnBackends told);
  ~ServiceFollower() override;

 private:
  using Stream = grpc::ClientReaderWriter<envoy::service::discovery::v3::DiscoveryRequest,
                                          envoy::service::discovery::v3::DiscoveryResponse>;

  void Work();
  // Until a control plane is reached; nullptr: at the end.
  std::shared_ptr<grpc::Channel> Search();
  // Until the stream ends.
  void Follow(const std::shared_ptr<grpc::Channel>& channel);
  void Converse(Stream& stream);
  // False: at the end.
  bool Pause();

  const ControlPlanes control_planes_;
  const std::string service_;
  const rpc::OnBackends told_;
  absl::Mutex mutex_;
  absl::CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;  // of the stream under way
  // The thread's.
  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  std::string version_;  // of the last response that was taken
  std::thread thread_;
};

// The endpoints of an assignment. Errors: InvalidArgument, an address that is none.
absl::StatusOr<std::vector<rpc::Backend>> BackendsOf(
    const envoy::config::endpoint::v3::ClusterLoadAssignment& assignment);

}  // namespace forium::discovery
