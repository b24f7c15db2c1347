// SPDX-License-Identifier: Apache-2.0
#include "services/base/discovery/service_follower.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/base/discovery/addresses.h"
#include "services/base/discovery/control_channel.h"
#include "services/base/observe/log.h"
#include "services/base/rpc/wire/address.h"
#include "services/base/status/macros.h"

namespace forium::discovery {
namespace {

namespace endpoint = envoy::config::endpoint::v3;
using envoy::service::discovery::v3::AggregatedDiscoveryService;
using envoy::service::discovery::v3::DiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryResponse;

// How long the search stays with one control plane that does not answer.
constexpr absl::Duration kLook = absl::Milliseconds(100);
// Between a stream and the next.
constexpr absl::Duration kPause = absl::Milliseconds(500);

const std::string& TypeUrl() {
  static const auto& url = *new std::string(absl::StrCat(
      "type.googleapis.com/", endpoint::ClusterLoadAssignment::descriptor()->full_name()));
  return url;
}

std::string NodeId() {
  char host[256] = {};
  if (gethostname(host, sizeof(host) - 1) != 0) host[0] = '\0';
  return absl::StrCat(host, "/", getpid());
}

// What a response says of the service; nothing: it does not speak of it.
absl::StatusOr<std::optional<std::vector<rpc::Backend>>> ReadResponse(
    const DiscoveryResponse& response, const std::string& service) {
  std::optional<std::vector<rpc::Backend>> backends;
  for (const google::protobuf::Any& resource : response.resources()) {
    endpoint::ClusterLoadAssignment assignment;
    if (!resource.UnpackTo(&assignment)) {
      return absl::InvalidArgumentError("a resource does not parse");
    }
    if (assignment.cluster_name() != service) continue;
    ASSIGN_OR_RETURN(backends, BackendsOf(assignment));
  }
  return backends;
}

}  // namespace

absl::StatusOr<std::vector<rpc::Backend>> BackendsOf(
    const endpoint::ClusterLoadAssignment& assignment) {
  std::vector<rpc::Backend> backends;
  for (const auto& locality : assignment.endpoints()) {
    for (const auto& one : locality.lb_endpoints()) {
      if (one.health_status() != envoy::config::core::v3::HEALTHY &&
          one.health_status() != envoy::config::core::v3::UNKNOWN) {
        continue;
      }
      const auto& socket = one.endpoint().address().socket_address();
      ASSIGN_OR_RETURN(
          const std::vector<rpc::Address> addresses,
          rpc::Lookup(WithPort(socket.address(), static_cast<int>(socket.port_value()))));
      // Each is a locality of its own; the weight of the locality is what clients heed.
      backends.push_back({.address = addresses.front(),
                          .weight = std::max(1U, locality.load_balancing_weight().value()),
                          .priority = static_cast<int>(locality.priority())});
    }
  }
  return backends;
}

ServiceFollower::ServiceFollower(ControlPlanes control_planes, std::string service,
                                 rpc::OnBackends told)
    : control_planes_(std::move(control_planes)),
      service_(std::move(service)),
      told_(std::move(told)),
      thread_([this] { Work(); }) {}

ServiceFollower::~ServiceFollower() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    if (context_ != nullptr) context_->TryCancel();
    changed_.Signal();
  }
  thread_.join();
}

void ServiceFollower::Work() {
  for (const std::string& target : control_planes_.targets) {
    // The gateway's own is in the same process.
    const bool local = absl::StartsWith(target, "unix");
    channels_.push_back(ControlChannel(target, rpc::HostOf(target),
                                       local ? rpc::Security() : control_planes_.security));
  }
  while (const auto channel = Search()) {
    Follow(channel);
    if (!Pause()) return;
  }
}

std::shared_ptr<grpc::Channel> ServiceFollower::Search() {
  bool told = false;
  while (true) {
    for (const auto& channel : channels_) {
      {
        absl::MutexLock lock(&mutex_);
        if (stopping_) return nullptr;
      }
      const grpc_connectivity_state state = channel->GetState(true);
      if (state == GRPC_CHANNEL_READY) return channel;
      channel->WaitForStateChange(state, absl::ToChronoTime(absl::Now() + kLook));
      if (channel->GetState(false) == GRPC_CHANNEL_READY) return channel;
    }
    if (!std::exchange(told, true)) {
      observe::Log(observe::Level::kWarning, "waiting for a control plane",
                   {{"service", service_}});
    }
  }
}

void ServiceFollower::Follow(const std::shared_ptr<grpc::Channel>& channel) {
  const auto stub = AggregatedDiscoveryService::NewStub(channel);
  grpc::ClientContext context;
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    context_ = &context;
  }
  const std::unique_ptr<Stream> stream = stub->StreamAggregatedResources(&context);
  Converse(*stream);
  context.TryCancel();
  const grpc::Status end = stream->Finish();
  {
    absl::MutexLock lock(&mutex_);
    context_ = nullptr;
    if (stopping_) return;
  }
  observe::Log(observe::Level::kInfo, "control plane lost; endpoints are kept",
               {{"service", service_}, {"cause", end.error_message()}});
}

void ServiceFollower::Converse(Stream& stream) {
  DiscoveryRequest request;
  request.mutable_node()->set_id(NodeId());
  request.mutable_node()->mutable_locality()->set_zone(control_planes_.zone);
  request.set_type_url(TypeUrl());
  request.add_resource_names(service_);
  // A control plane that has just come tells the processes it knows so far to who has none only.
  request.set_version_info(version_);
  DiscoveryResponse response;
  while (stream.Write(request) && stream.Read(&response)) {
    request.clear_node();
    request.clear_error_detail();
    request.set_response_nonce(response.nonce());
    auto backends = ReadResponse(response, service_);
    if (!backends.ok()) {
      // What was told before stays, and the control plane logs why.
      request.mutable_error_detail()->set_code(static_cast<int>(backends.status().code()));
      request.mutable_error_detail()->set_message(std::string(backends.status().message()));
      continue;
    }
    version_ = response.version_info();
    request.set_version_info(version_);
    if (backends->has_value()) told_(**std::move(backends));
  }
}

bool ServiceFollower::Pause() {
  absl::MutexLock lock(&mutex_);
  const absl::Time until = absl::Now() + kPause;
  while (!stopping_ && absl::Now() < until) changed_.WaitWithDeadline(&mutex_, until);
  return !stopping_;
}

}  // namespace forium::discovery
