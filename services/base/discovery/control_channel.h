// SPDX-License-Identifier: Apache-2.0
// Connections to control planes, and to what the network does to them.
#pragma once

#include <memory>
#include <string>

#include "grpcpp/channel.h"
#include "services/base/rpc/wire/security.h"

namespace forium::discovery {

// `target`: `gateway:9100` or an address. With security the other end has to have a certificate for
// `name`. Notices within seconds that the other end is gone, and tries again at least once a
// second.
std::shared_ptr<grpc::Channel> ControlChannel(const std::string& target, const std::string& name,
                                              const rpc::Security& security);

}  // namespace forium::discovery
