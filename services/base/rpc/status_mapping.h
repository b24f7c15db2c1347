// SPDX-License-Identifier: Apache-2.0
// absl::Status to grpc::Status and back. The reason and its detail travel in the trailer
// `forium-error-bin`; private causes stay in the process that has them.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace forium::rpc {

// An error as it goes over the wire.
struct WireError {
  grpc::Status status;
  std::string detail;  // serialised ErrorDetail for the trailer
  std::string cause;   // for the log only
};

// `status` is not OK. One that has no reason was not written for the public: its message becomes
// the cause and a fixed sentence takes its place.
WireError ToWire(const absl::Status& status);

// What a call ended with. `detail` is the trailer, empty when there is none: then gRPC itself
// failed the call and its message is no sentence for the public.
absl::Status FromWire(const grpc::Status& status, std::string_view detail);

}  // namespace forium::rpc
