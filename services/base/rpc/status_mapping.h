// SPDX-License-Identifier: Apache-2.0
// What of an error leaves the process, and what it is on the other side. The reason and its detail
// travel in the trailer `forium-error-bin`; private causes stay in the process that has them.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace forium::rpc {

struct SeparatedStatus {
  absl::Status shown;
  std::string cause;  // for the log only
};

// Takes the private cause off an error. One that has no reason was not written for the public: its
// message becomes the cause, and a fixed sentence and reason take its place.
SeparatedStatus SeparateCause(const absl::Status& status);

// What a call ended with. `detail` is the trailer, empty when there is none: then the way to the
// server failed the call and its message, no sentence for the public, becomes a cause.
absl::Status FromWire(absl::StatusCode code, std::string_view message, std::string_view detail);

}  // namespace forium::rpc
