// SPDX-License-Identifier: Apache-2.0
// Text as characters (code points). Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/string_view.h"

namespace forium::auth {

// Broken UTF-8 becomes U+FFFD, one for each broken byte.
std::u32string ToCharacters(std::string_view utf8);
std::string ToUtf8(std::u32string_view characters);

// Without ASCII white space at the ends.
std::string_view Trim(std::string_view text);
std::vector<std::string_view> Split(std::string_view text, char separator);

// Debian's Abseil has a string_view of its own.
inline absl::string_view ForAbseil(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace forium::auth
