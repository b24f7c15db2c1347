// SPDX-License-Identifier: Apache-2.0
// Cross-site requests: a state change that a browser sends must come from a page of ours.
#pragma once

#include "absl/status/status.h"
#include "gateway/config.h"
#include "gateway/http/message.h"

namespace forium::gateway {

// OK for reads, for calls with a bearer token and no cookie, and for changes whose `Origin` is our
// own host or public_url, or whose `Sec-Fetch-Site` says same-origin or none. A caller without
// session and without both fields is no browser. Errors: CROSS_SITE.
absl::Status CheckOrigin(const Request& request, const Config& config);

// Whether the `Origin` field, which is there, names our own host or public_url.
bool IsOurOrigin(const Request& request, const Config& config);

}  // namespace forium::gateway
