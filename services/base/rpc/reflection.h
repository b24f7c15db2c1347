// SPDX-License-Identifier: Apache-2.0
// Tells tools (grpcurl and the like) what a server serves: gRPC's server reflection protocol, v1
// and v1alpha, from the descriptors that are linked in.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "proto/grpc/reflection/v1/reflection.pb.h"
#include "services/base/rpc/wire/server_connection.h"

namespace forium::rpc {

// The answer to one request; `services` are the full names of the services there.
grpc::reflection::v1::ServerReflectionResponse Reflect(
    const grpc::reflection::v1::ServerReflectionRequest& request,
    const std::vector<std::string>& services);

// A stream of questions and answers; `services` outlive it. nullptr: the path is of another method.
std::unique_ptr<Conversation> ConverseAboutServices(const std::string& path,
                                                    const std::vector<std::string>& services);

}  // namespace forium::rpc
