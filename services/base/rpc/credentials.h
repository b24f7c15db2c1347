// SPDX-License-Identifier: Apache-2.0
// Security as gRPC's credentials. The files are looked at once a second.
#pragma once

#include <memory>

#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "services/base/rpc/wire/security.h"

namespace forium::rpc {

std::shared_ptr<grpc::ChannelCredentials> ClientCredentials(const Security& security);
std::shared_ptr<grpc::ServerCredentials> ServerCredentials(const Security& security);

}  // namespace forium::rpc
