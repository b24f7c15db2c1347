// SPDX-License-Identifier: Apache-2.0
#include "gateway/xds/resources.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "proto/envoy/config/cluster.pb.h"
#include "proto/envoy/config/endpoint.pb.h"
#include "proto/envoy/config/listener.pb.h"
#include "proto/envoy/config/route.pb.h"
#include "proto/envoy/extensions/http_connection_manager.pb.h"
#include "proto/envoy/extensions/router.pb.h"

namespace forium::gateway {
namespace {

namespace config = ::envoy::config;
namespace filters = ::envoy::extensions::filters;
using google::protobuf::Any;

void SetThisStream(config::core::v3::ConfigSource* source) {
  source->mutable_ads();
  source->set_resource_api_version(config::core::v3::V3);
}

Any Listener(const std::string& name) {
  filters::network::http_connection_manager::v3::HttpConnectionManager connections;
  SetThisStream(connections.mutable_rds()->mutable_config_source());
  connections.mutable_rds()->set_route_config_name(name);
  auto* router = connections.add_http_filters();
  router->set_name("router");
  router->mutable_typed_config()->PackFrom(filters::http::router::v3::Router());
  config::listener::v3::Listener listener;
  listener.set_name(name);
  listener.mutable_api_listener()->mutable_api_listener()->PackFrom(connections);
  Any any;
  any.PackFrom(listener);
  return any;
}

// Without a policy for retries: only the caller knows which calls may run twice.
Any Route(const std::string& name) {
  config::route::v3::RouteConfiguration routes;
  routes.set_name(name);
  auto* host = routes.add_virtual_hosts();
  host->set_name(name);
  host->add_domains("*");
  auto* route = host->add_routes();
  route->mutable_match()->set_prefix("");
  route->mutable_route()->set_cluster(name);
  Any any;
  any.PackFrom(routes);
  return any;
}

Any Cluster(const std::string& name) {
  config::cluster::v3::Cluster cluster;
  cluster.set_name(name);
  cluster.set_type(config::cluster::v3::Cluster::EDS);
  SetThisStream(cluster.mutable_eds_cluster_config()->mutable_eds_config());
  cluster.set_lb_policy(config::cluster::v3::Cluster::ROUND_ROBIN);
  Any any;
  any.PackFrom(cluster);
  return any;
}

// Each endpoint is a locality of its own within its zone: gRPC heeds the weights of localities, not
// those of endpoints in them.
Any Assignment(const std::string& name, const std::vector<Endpoint>& endpoints,
               const std::string& zone) {
  const bool own_zone_serves = std::any_of(endpoints.begin(), endpoints.end(),
                                           [&](const Endpoint& it) { return it.zone == zone; });
  config::endpoint::v3::ClusterLoadAssignment assignment;
  assignment.set_cluster_name(name);
  for (const Endpoint& endpoint : endpoints) {
    auto* locality = assignment.add_endpoints();
    locality->mutable_locality()->set_zone(endpoint.zone);
    locality->mutable_locality()->set_sub_zone(absl::StrCat(endpoint.address, ":", endpoint.port));
    locality->mutable_load_balancing_weight()->set_value(endpoint.weight);
    // Without gaps: 0 has to be there.
    locality->set_priority(own_zone_serves && endpoint.zone != zone ? 1 : 0);
    auto* one = locality->add_lb_endpoints();
    one->set_health_status(config::core::v3::HEALTHY);
    one->mutable_load_balancing_weight()->set_value(endpoint.weight);
    auto* address = one->mutable_endpoint()->mutable_address()->mutable_socket_address();
    address->set_address(endpoint.address);
    address->set_port_value(endpoint.port);
  }
  Any any;
  any.PackFrom(assignment);
  return any;
}

template <typename Message>
std::string TypeUrlOf() {
  return absl::StrCat("type.googleapis.com/", Message::descriptor()->full_name());
}

}  // namespace

const std::string& TypeUrl(ResourceType type) {
  static const auto& urls =
      *new std::vector<std::string>{TypeUrlOf<config::cluster::v3::Cluster>(),
                                    TypeUrlOf<config::endpoint::v3::ClusterLoadAssignment>(),
                                    TypeUrlOf<config::listener::v3::Listener>(),
                                    TypeUrlOf<config::route::v3::RouteConfiguration>()};
  return urls[static_cast<size_t>(type)];
}

const char* ShortName(ResourceType type) {
  switch (type) {
    case ResourceType::kCluster:
      return "CDS";
    case ResourceType::kEndpoints:
      return "EDS";
    case ResourceType::kListener:
      return "LDS";
    case ResourceType::kRoute:
      return "RDS";
  }
  return "";
}

std::vector<Any> Resources(ResourceType type, const std::set<std::string>& names,
                           const Snapshot& snapshot, const std::string& zone) {
  static const auto& nowhere = *new std::vector<Endpoint>;
  std::vector<Any> resources;
  for (const std::string& name : names) {
    if (!IsServiceName(name)) continue;
    const auto service = snapshot.services.find(name);
    switch (type) {
      case ResourceType::kCluster:
        resources.push_back(Cluster(name));
        break;
      case ResourceType::kEndpoints:
        resources.push_back(
            Assignment(name, service == snapshot.services.end() ? nowhere : service->second, zone));
        break;
      case ResourceType::kListener:
        resources.push_back(Listener(name));
        break;
      case ResourceType::kRoute:
        resources.push_back(Route(name));
        break;
    }
  }
  return resources;
}

}  // namespace forium::gateway
