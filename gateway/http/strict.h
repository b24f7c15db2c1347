// SPDX-License-Identifier: Apache-2.0
// What a request's header must be (RFC 9110, 9112), beyond what Beast's parser checks: Beast folds
// obs-fold away and takes any Transfer-Encoding that ends in chunked, a missing or doubled Host and
// a doubled Content-Length, each a door to request smuggling behind a proxy that reads it
// otherwise.
#pragma once

#include <optional>
#include <string_view>

namespace forium::gateway {

struct Breach {
  int status;               // 400, 431, 501 or 505
  std::string_view detail;  // a public sentence
};

// The first breach in a header block: from the request line to the empty line, both included.
std::optional<Breach> FindBreach(std::string_view block);

// A Host value: name, IPv4 or [IPv6], and an optional port.
bool IsHost(std::string_view host);

// What a request line may ask for: a path and query, an http(s) URL, or `*` with OPTIONS.
bool IsTarget(std::string_view target, std::string_view method);

}  // namespace forium::gateway
