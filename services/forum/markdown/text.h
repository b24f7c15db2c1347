// SPDX-License-Identifier: Apache-2.0
#pragma once

// Characters, UTF-8 and HTML escaping, as Markdown and the sanitiser see them. Pure functions.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace forium::markdown {

inline constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
inline constexpr bool IsLetter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
inline constexpr bool IsAlnum(char c) { return IsDigit(c) || IsLetter(c); }
inline constexpr bool IsBlank(char c) { return c == ' ' || c == '\t'; }
inline constexpr bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
inline constexpr bool IsPunctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}
inline constexpr char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
// Part of a word: also any byte of a character outside ASCII.
inline constexpr bool IsWord(char c) { return IsAlnum(c) || static_cast<unsigned char>(c) >= 0x80; }

std::string_view Trim(std::string_view text);
std::string ToLower(std::string_view text);
bool StartsWithIgnoreCase(std::string_view text, std::string_view lower_prefix);
// First place of `lower_needle` (given in lower case) at or after `from`, or npos.
size_t FindIgnoreCase(std::string_view text, std::string_view lower_needle, size_t from);

// The character at `at` (valid UTF-8) and, before it, the character that ends at `at`; 0 at the
// edges.
char32_t CharacterAt(std::string_view text, size_t at);
char32_t CharacterBefore(std::string_view text, size_t at);
bool IsUnicodeSpace(char32_t c);
bool IsUnicodePunctuation(char32_t c);
void AppendUtf8(char32_t c, std::string* out);

// Valid UTF-8 with "\n" line ends and no control character but tab: broken bytes and controls
// become U+FFFD, a byte order mark at the start goes.
std::string Normalize(std::string_view raw);

// At most `bytes` bytes, without half a character at the end.
std::string_view Shorten(std::string_view text, size_t bytes);

void AppendEscaped(std::string_view text, std::string* out);           // & < >
void AppendEscapedAttribute(std::string_view text, std::string* out);  // & < > "

// The character reference at the start of `text` ("&…;"): its length, 0 if there is none.
size_t EntityLength(std::string_view text);
// Appends what the reference stands for; false when it is a name that this table does not know.
bool AppendEntity(std::string_view entity, std::string* out);
// Backslash escapes and character references resolved; unknown names stay as they are.
std::string Unescape(std::string_view text);

// Plain text of at most `kLimit` characters, blanks collapsed, ended by "…" when more came.
class Excerpt {
 public:
  static constexpr size_t kLimit = 300;
  void Append(std::string_view text);
  void Break() { pending_space_ = !text_.empty(); }
  bool full() const { return full_; }
  std::string Take() &&;

 private:
  std::string text_;
  size_t characters_ = 0;
  bool pending_space_ = false;
  bool full_ = false;
};

}  // namespace forium::markdown
