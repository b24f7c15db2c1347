// SPDX-License-Identifier: Apache-2.0
// Errors of all of Forium: absl::Status with a stable reason (proto/forium/type/v1/errors.proto)
// carried as a payload. The message is public: one sentence that says what happened and what to do.
// Private causes go to the log.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/forium/type/v1/errors.pb.h"

namespace forium::status {

using type::v1::ErrorDetail;
using type::v1::Reason;

// A status with a reason. `field` is the request field at fault, if one is.
absl::Status Error(absl::StatusCode code, Reason reason, std::string_view message,
                   std::string_view field = {});
absl::Status Error(absl::StatusCode code, ErrorDetail detail, std::string_view message);

// Short forms for the common ones.
absl::Status InvalidField(std::string_view field, std::string_view message);
absl::Status NotFound(std::string_view message);
absl::Status PermissionDenied(std::string_view message);
// A fault of ours: `cause` is kept for the log and never shown; the public message is one fixed
// sentence.
absl::Status Internal(std::string_view cause);

// The detail of a status; reason REASON_UNSPECIFIED when it has none.
ErrorDetail DetailOf(const absl::Status& status);
Reason ReasonOf(const absl::Status& status);
// Adds a private cause to an error that has a public sentence of its own.
absl::Status WithCause(absl::Status status, std::string_view cause);
// The private cause given to Internal() or WithCause(), empty for others. Never leaves the process.
std::string CauseOf(const absl::Status& status);

// HTTP status for a code and reason (RFC 9110): the one table.
int HttpStatus(const absl::Status& status);

}  // namespace forium::status
