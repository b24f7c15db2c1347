// SPDX-License-Identifier: Apache-2.0
// The bytes of a query: cleaning, and what separates its words. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace forium::search {

// Bytes of the well-formed character (RFC 3629) at the start of `text`; 0: broken.
size_t CharacterBytes(std::string_view text);
// At most `limit` bytes, cut between characters; broken bytes and control characters become spaces,
// so that places stay.
std::string CleanText(std::string_view text, size_t limit);
// Bytes of a space (also U+00A0, U+2000 to U+200A, U+3000) or of a double quote of any style
// (" “ ” „ ‟ « » ＂) at the start; 0: none.
size_t SpaceBytes(std::string_view text);
size_t QuoteBytes(std::string_view text);

}  // namespace forium::search
