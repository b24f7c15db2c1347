// SPDX-License-Identifier: Apache-2.0
// Errors that are over in a moment; they say so to whoever asks again.
#pragma once

#include <string_view>
#include <utility>

#include "services/base/status/status.h"

namespace forium::database {

inline absl::Status TryAgain(std::string_view message) {
  status::ErrorDetail detail;
  detail.set_reason(type::v1::UNAVAILABLE);
  detail.set_retry_after(1);
  return status::Error(absl::StatusCode::kUnavailable, std::move(detail), message);
}

// Of whoever waited in vain: for a connection, a lock, or an end of conflicts.
inline absl::Status Busy() { return TryAgain("The database is busy. Try again in a moment."); }

}  // namespace forium::database
