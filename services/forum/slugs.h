// SPDX-License-Identifier: Apache-2.0
// Slugs: the readable part of addresses. Letters of every script stay; Latin ones lose their
// accents. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace forium::forum {

// Lower-case letters and digits with single hyphens between, at most 80 characters, never empty and
// never only digits: then it is or begins with `fallback`.
std::string MakeSlug(std::string_view title, std::string_view fallback = "topic");

// Percent-encodes what may not stand in a path segment.
std::string EscapePathSegment(std::string_view segment);

}  // namespace forium::forum
