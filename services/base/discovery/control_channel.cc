// SPDX-License-Identifier: Apache-2.0
#include "services/base/discovery/control_channel.h"

#include "grpcpp/create_channel.h"
#include "services/base/rpc/credentials.h"
#include "services/base/rpc/liveness.h"

namespace forium::discovery {

std::shared_ptr<grpc::Channel> ControlChannel(const std::string& target, const std::string& name,
                                              const rpc::Security& security) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 2000);  // an attempt to connect ends then
  arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, 1000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, rpc::kPingEveryMilliseconds);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, rpc::kPingTimeoutMilliseconds);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
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
