// SPDX-License-Identifier: Apache-2.0
// What a client asks for in its first message, before anything is chosen: pure functions of the
// bytes of its extensions, which may be anything.
#pragma once

#include <string>
#include <string_view>

namespace forium::gateway {

// The host of a server_name extension (RFC 6066, 3), in lower case; empty: none that could be one.
std::string ServerNameOf(std::string_view extension);
// Whether an ALPN extension (RFC 7301) lists `protocol`.
bool Offers(std::string_view extension, std::string_view protocol);
// A name that a certificate could be asked for: labels of letters, digits and hyphens, with a dot,
// in lower case; not an address.
bool IsHostName(std::string_view host);

}  // namespace forium::gateway
