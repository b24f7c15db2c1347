// SPDX-License-Identifier: Apache-2.0
// The error of whoever waited in vain, for a connection, a lock, or an end of conflicts.
#pragma once

#include "services/base/status/status.h"

namespace forium::database {

inline absl::Status Busy() {
  return status::Error(absl::StatusCode::kUnavailable, type::v1::UNAVAILABLE,
                       "The database is busy. Try again in a moment.");
}

}  // namespace forium::database
