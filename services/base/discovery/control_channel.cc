// SPDX-License-Identifier: Apache-2.0
#include "services/base/discovery/control_channel.h"

#include "grpcpp/create_channel.h"
#include "services/base/rpc/credentials.h"
#include "services/base/rpc/liveness.h"

namespace forium::discovery {

std::shared_ptr<grpc::Channel> ControlChannel(const std::string& target, const std::string& name,
                                              const rpc::Security& security) {
  grpc::ChannelArguments arguments;
  rpc::WatchServer(arguments);
  if (security.enabled()) arguments.SetSslTargetNameOverride(name);
  return grpc::CreateCustomChannel(target, rpc::ClientCredentials(security), arguments);
}

}  // namespace forium::discovery
