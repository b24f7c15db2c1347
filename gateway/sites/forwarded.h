// SPDX-License-Identifier: Apache-2.0
// What of a message is for the next hop only, and what a proxy adds (RFC 9110, 7.6; the de-facto
// X-Forwarded fields). Pure.
#pragma once

#include <string>
#include <string_view>

#include "gateway/http/message.h"

namespace forium::gateway {

// Whether a field stays behind: hop-by-hop fields, and what `connection` (the Connection field)
// names.
bool IsHopByHop(std::string_view name, std::string_view connection);

// The request as an HTTP/1.1 message to an upstream, body and all. An upgrade is asked for on.
std::string ForwardedRequest(const Request& request);

}  // namespace forium::gateway
