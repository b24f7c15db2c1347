// SPDX-License-Identifier: Apache-2.0
// The words of a post, and a post's HTML for readers elsewhere. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace forium::gateway {

// One line without tags, blanks collapsed; at most so many characters, then an ellipsis.
std::string WordsOf(std::string_view html, size_t characters);
// `text` itself cut in the same way.
std::string Shortened(std::string_view text, size_t characters);
// Links and images that begin at the root of this site begin with `base` afterwards.
std::string WithAbsoluteLinks(std::string_view html, std::string_view base);
// An address of a link, absolute.
std::string Absolute(std::string_view address, std::string_view base);

}  // namespace forium::gateway
