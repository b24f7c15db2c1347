// SPDX-License-Identifier: Apache-2.0
// Which names a certificate may be asked for, before anybody is asked. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace forium::gateway {

// The name in lower case, without a final dot. nullopt: no public DNS name of letters, digits and
// hyphens with at least two labels; IP addresses, wildcards, and names that exist inside houses
// only (`localhost`, `.local`, `.internal`, …) are none.
std::optional<std::string> CertifiableHost(std::string_view name);

// The host of `https://forum.example:8443/`; nullopt as above.
std::optional<std::string> CertifiableHostOfUrl(std::string_view url);

}  // namespace forium::gateway
