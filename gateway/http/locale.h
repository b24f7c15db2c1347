// SPDX-License-Identifier: Apache-2.0
// The language of a page: Accept-Language against the catalogues that there are (RFC 4647 lookup).
#pragma once

#include <array>
#include <string_view>

namespace forium::gateway {

struct Request;

// Those that there are catalogues for.
inline constexpr std::array<std::string_view, 2> kLocales = {"en", "de"};

// `en`, `de`, or empty when the client wants none of them: then the community's.
std::string_view NegotiateLocale(std::string_view accept_language);
// The tag if there is a catalogue for it (`de-AT` gives `de`), else empty.
std::string_view KnownLocale(std::string_view tag);

// The one that the address itself asks for (`?lang=de`); else empty.
std::string_view AskedLocale(const Request& request);

}  // namespace forium::gateway
