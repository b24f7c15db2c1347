// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests and fuzzers: reads HTML as a browser would and names the first thing in it that cooked
// HTML must never contain.

#include <string>
#include <string_view>

namespace forium::markdown {

// Empty when all tags, attributes, classes and URLs are allowed.
std::string UnsafePart(std::string_view html);

// Empty when each tag is closed where it was opened; else the tag at fault. For HTML that our own
// writers made, not for HTML at large.
std::string UnbalancedTag(std::string_view html);

// Whether the bytes are UTF-8 without control characters but tab and line end.
bool IsCleanText(std::string_view text);

}  // namespace forium::markdown
