// SPDX-License-Identifier: Apache-2.0
// Markdown (CommonMark with GitHub's tables) of a post's HTML. Made from what readers see, not from
// what was typed: posts that were imported have no source, and a source may hold what cooking left
// out. Text is escaped, so that nobody's words become headings or rules of the document around
// them. Pure.
#pragma once

#include <string>
#include <string_view>

namespace forium::gateway {

// Blocks with empty lines between, without a line end at the end. Links are absolute.
std::string MarkdownOf(std::string_view html, std::string_view base);
// One line of text as Markdown.
std::string MarkdownLine(std::string_view text);

}  // namespace forium::gateway
