// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests and fuzzers: reads HTML as a browser would and names the first thing in it that cooked
// HTML must never contain.

#include <string>
#include <string_view>

namespace forium::markdown {

// Empty when all tags, attributes, classes and URLs are allowed.
std::string UnsafePart(std::string_view html);

}  // namespace forium::markdown
