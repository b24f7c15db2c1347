// SPDX-License-Identifier: Apache-2.0
// Tells tools (grpcurl and the like) what a server serves: gRPC's server reflection protocol, v1
// and v1alpha, from the descriptors that are linked in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grpcpp/generic/async_generic_service.h"
#include "proto/grpc/reflection/v1/reflection.pb.h"

namespace forium::rpc {

// The answer to one request; `services` are the full names of the services there.
grpc::reflection::v1::ServerReflectionResponse Reflect(
    const grpc::reflection::v1::ServerReflectionRequest& request,
    const std::vector<std::string>& services);

bool IsReflection(std::string_view path);

// One stream of questions and answers; deletes itself. `services` outlives it.
grpc::ServerGenericBidiReactor* NewReflectionStream(const std::vector<std::string>& services);

}  // namespace forium::rpc
