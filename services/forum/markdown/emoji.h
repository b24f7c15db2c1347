// SPDX-License-Identifier: Apache-2.0
#pragma once

// Emoji by name (":smile:") and by emoticon (":)"). Pure lookups in constant tables.

#include <cstddef>
#include <string_view>

#include "services/forum/markdown/text.h"

namespace forium::markdown {

inline constexpr size_t kMaxEmojiName = 40;
inline constexpr bool IsEmojiNameCharacter(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || c == '_' || c == '+' || c == '-';
}

// The character for a name without its colons, empty if unknown.
std::string_view EmojiByName(std::string_view name);
// The modifier for "t2:" … "t6:", as written behind an emoji, else empty.
std::string_view SkinTone(std::string_view suffix);
// The character for an emoticon at the start of `text` that ends at the edge of a word, else empty.
std::string_view EmoticonAt(std::string_view text, size_t* length);

}  // namespace forium::markdown
