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
  WatchServer(arguments);
  arguments.SetServiceConfigJSON(R"({"loadBalancingConfig":[{"round_robin":{}}]})");
  return std::make_shared<GrpcTransport>(
      grpc::CreateCustomChannel(UriOf(target), ClientCredentials(security), arguments));
}

}  // namespace forium::rpc
