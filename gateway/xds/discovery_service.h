// SPDX-License-Identifier: Apache-2.0
// Envoy's aggregated discovery service over the endpoints: one stream a client. Thread-safe.
#pragma once

#include <memory>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "gateway/xds/endpoints.h"
#include "proto/envoy/service/discovery.grpc.pb.h"

namespace forium::gateway {

class DiscoveryStream;

class DiscoveryService final
    : public envoy::service::discovery::v3::AggregatedDiscoveryService::CallbackService {
 public:
  // A client that comes with endpoints from an earlier stream keeps them until `settled`, when all
  // processes had the time to register here.
  DiscoveryService(const Endpoints& endpoints, absl::Time settled)
      : endpoints_(endpoints), settled_(settled) {}

  grpc::ServerBidiReactor<envoy::service::discovery::v3::DiscoveryRequest,
                          envoy::service::discovery::v3::DiscoveryResponse>*
  StreamAggregatedResources(grpc::CallbackServerContext* context) override;

  // Tells all clients what they do not know yet.
  void Tell();

 private:
  friend class DiscoveryStream;
  void Remove(const std::shared_ptr<DiscoveryStream>& stream);

  const Endpoints& endpoints_;
  const absl::Time settled_;
  absl::Mutex mutex_;
  std::set<std::shared_ptr<DiscoveryStream>> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace forium::gateway
