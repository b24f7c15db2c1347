// SPDX-License-Identifier: Apache-2.0
// The text of our own HTML, without tags: for excerpts, and as the source of posts that came as
// HTML. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace forium::forum {

inline constexpr size_t kExcerptCharacters = 300;

// One line, blanks collapsed, ended by an ellipsis when it was longer.
std::string Excerpt(std::string_view html, size_t characters = kExcerptCharacters);
// Paragraphs with empty lines between.
std::string PlainText(std::string_view html);

// The character that the reference at the start of `text` stands for, and its length; 0 if it is
// none that our HTML has.
size_t CharacterReference(std::string_view text, std::string_view* character);

}  // namespace forium::forum
