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

std::string HostOf(const std::string& host_and_port) {
  std::string host = host_and_port.substr(0, host_and_port.rfind(':'));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  return host;
}

}  // namespace forium::discovery
