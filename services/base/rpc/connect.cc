// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include "grpcpp/create_channel.h"
#include "grpcpp/support/channel_arguments.h"
#include "services/base/rpc/channel.h"
#include "services/base/rpc/credentials.h"
#include "services/base/rpc/grpc_transport.h"
#include "services/base/rpc/liveness.h"

namespace forium::rpc {
namespace {

// gRPC's own words for a list of addresses.
std::string UriOf(const std::string& target) {
  if (target.find(',') == std::string::npos) return target;
  return (target.find('[') == std::string::npos ? "ipv4:" : "ipv6:") + target;
}

}  // namespace

std::shared_ptr<Transport> Connect(const std::string& target, const Security& security) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);  // the server is ours
  // gRPC's defaults of minutes would keep a server that came back waiting for its callers.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 2000);  // an attempt to connect ends then
  arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, 1000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kPingEveryMilliseconds);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingTimeoutMilliseconds);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetServiceConfigJSON(R"({"loadBalancingConfig":[{"round_robin":{}}]})");
  return std::make_shared<GrpcTransport>(
      grpc::CreateCustomChannel(UriOf(target), ClientCredentials(security), arguments));
}

}  // namespace forium::rpc
