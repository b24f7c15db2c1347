// SPDX-License-Identifier: Apache-2.0
#pragma once

// The pieces of HTML that cooked Markdown and sanitised imports write alike. All append to `html`
// and escape what they are given.

#include <string>
#include <string_view>

#include "services/forum/markdown/block_tags.h"

namespace forium::markdown {

inline constexpr std::string_view kTableOpen =
    "<div class=\"table\" role=\"group\" tabindex=\"0\"><table>\n";
inline constexpr std::string_view kTableClose = "</table></div>\n";
inline constexpr std::string_view kSpoilerOpen = "<span class=\"spoiler\" tabindex=\"0\">";
inline constexpr std::string_view kSpoilerBlockOpen =
    "<details class=\"spoiler\"><summary>Spoiler</summary>\n";

// "<a …>"; false, and nothing written, when the URL may not be linked.
bool AppendLinkOpen(std::string_view url, std::string_view title, std::string_view site_host,
                    std::string* html);

struct ImageText {
  std::string_view url, alt, title;
  unsigned width = 0, height = 0;  // 0: not known
};
// "<img …>"; false, and nothing written, when the URL may not be shown.
bool AppendImage(const ImageText& image, std::string* html);

// "<blockquote class="quote" …>" with its <cite>.
void AppendQuoteOpen(const QuoteAttribution& from, std::string* html);
void AppendMention(std::string_view lower_name, std::string_view text, std::string* html);
// `language` is a class name of highlight.h, or empty.
void AppendCodeBlock(std::string_view language, std::string_view code, std::string* html);
// Escaped text in paragraphs, and its excerpt: for what cannot be shown any better.
std::string PlainParagraphs(std::string_view text, std::string* excerpt);

}  // namespace forium::markdown
