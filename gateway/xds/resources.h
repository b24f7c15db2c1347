// SPDX-License-Identifier: Apache-2.0
// A snapshot in Envoy's words: `xds:///forum` is the listener `forum`, whose route `forum` leads to
// the cluster `forum`, whose endpoints are those of the service.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "gateway/xds/endpoints.h"
#include "google/protobuf/any.pb.h"

namespace forium::gateway {

// In the order in which a change is told, so that what is pointed at is there before.
enum class ResourceType { kCluster, kEndpoints, kListener, kRoute };
inline constexpr ResourceType kResourceTypes[] = {ResourceType::kCluster, ResourceType::kEndpoints,
                                                  ResourceType::kListener, ResourceType::kRoute};

// `type.googleapis.com/envoy.config.cluster.v3.Cluster` …
const std::string& TypeUrl(ResourceType type);
// `CDS` …
const char* ShortName(ResourceType type);

// The resources of these names, as a client in `zone` is to see them: its own zone first, the
// others when nothing healthy is left there. Any name that a service can have is there, with no
// endpoints when nobody registered: gRPC waits 15 s for a name that is missing.
std::vector<google::protobuf::Any> Resources(ResourceType type, const std::set<std::string>& names,
                                             const Snapshot& snapshot, const std::string& zone);

}  // namespace forium::gateway
