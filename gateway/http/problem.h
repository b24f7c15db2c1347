// SPDX-License-Identifier: Apache-2.0
// Errors on the wire: RFC 9457 problem documents made from a status. Public text only; causes go to
// the log.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "gateway/http/message.h"

namespace forium::gateway {

// {type, title, status, detail, reason, field, requestId, retryAfter, metadata}; keys without a
// value are left out.
// `http_status` 0: the one of the status (services/base/status); others are for what only HTTP
// knows (405, 415, 431).
std::string ProblemJson(const absl::Status& status, std::string_view request_id,
                        int http_status = 0);
// The same as `application/problem+json`, with Retry-After where it applies.
Response ProblemResponse(const absl::Status& status, std::string_view request_id,
                         int http_status = 0);
// Short phrase of an HTTP status, `Not Found`.
std::string_view ReasonPhrase(int status);

}  // namespace forium::gateway
