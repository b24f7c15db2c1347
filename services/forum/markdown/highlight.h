// SPDX-License-Identifier: Apache-2.0
#pragma once

// Marks keywords, strings, comments and numbers in code with spans, by one pass over the text. It
// colours; it does not understand: a rare construct may stay plain, never wrong beyond its line
// end.

#include <string>
#include <string_view>

namespace forium::markdown {

// The class name of a language as authors write it ("C++" → "cpp"); unknown names in lower case,
// empty when they do not look like the name of a language.
std::string LanguageClass(std::string_view name);

// Appends `code` as HTML. Plain, escaped text when the language is unknown or spans would make it
// more than kMaxGrowth times longer.
inline constexpr size_t kMaxGrowth = 6;
void AppendHighlighted(std::string_view language_class, std::string_view code, std::string* html);

}  // namespace forium::markdown
