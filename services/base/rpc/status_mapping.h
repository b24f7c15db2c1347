// SPDX-License-Identifier: Apache-2.0
// absl::Status to grpc::Status and back. The reason and its detail travel in the trailer
// `forium-error-bin`; private causes stay in the process that has them.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace forium::rpc {

struct SeparatedStatus {
  absl::Status shown;
  std::string cause;  // for the log only
};

// Takes the private cause off an error. One that has no reason was not written for the public: its
// message becomes the cause, and a fixed sentence and reason take its place.
SeparatedStatus SeparateCause(const absl::Status& status);

// Code and message. The detail is to go beside it.
grpc::Status ToGrpc(const absl::Status& status);

// What a call ended with. `detail` is the trailer, empty when there is none: then gRPC itself
// failed the call and its message, no sentence for the public, becomes a cause.
absl::Status FromGrpc(const grpc::Status& status, std::string_view detail);

}  // namespace forium::rpc
