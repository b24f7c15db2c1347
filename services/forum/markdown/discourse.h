// SPDX-License-Identifier: Apache-2.0
#pragma once

// Makes the Markdown of an imported Discourse post stand alone, before it is stored and cooked:
// "upload://" names become the addresses that the post's cooked HTML shows for them, and images and
// links written as HTML, which raw HTML's ban would show as text, become Markdown. Code stays as it
// is. Pure functions.

#include <string>
#include <string_view>

namespace forium::markdown {

// `cooked` is Discourse's HTML of the same post; only addresses are taken from it.
std::string PortDiscourse(std::string_view raw, std::string_view cooked);

// The SHA-1 in hexadecimal that an upload's short name stands for, empty if it is none.
std::string UploadDigest(std::string_view short_name);

}  // namespace forium::markdown
