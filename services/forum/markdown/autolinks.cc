// SPDX-License-Identifier: Apache-2.0
#include "services/forum/markdown/autolinks.h"

#include <algorithm>

#include "services/forum/markdown/text.h"

namespace forium::markdown {
namespace {

constexpr size_t kMaxDomain = 253;
// A username has 2 to 30 characters.
constexpr size_t kMinMention = 2, kMaxMention = 30;

bool EndsUrl(std::string_view text, size_t at, bool in_brackets) {
  const char c = text[at];
  if (static_cast<unsigned char>(c) <= ' ') return true;
  if (static_cast<unsigned char>(c) < 0x80)
    return c == '<' || c == '>' || c == '"' || c == '`' || c == '|' || c == '[' ||
           (c == ']' && in_brackets);
  if ((c & 0xC0) == 0x80) return false;
  const char32_t character = CharacterAt(text, at);
  return IsUnicodeSpace(character) || (character >= 0x2018 && character <= 0x201F) ||
         (character >= 0x3000 && character <= 0x3011) ||
         (character >= 0xFF00 && character <= 0xFF65);
}

size_t UrlEnd(std::string_view text, size_t from, bool in_brackets) {
  size_t end = from;
  long open = 0;  // "(" less ")"
  for (; end < text.size() && !EndsUrl(text, end, in_brackets); ++end)
    open += (text[end] == '(') - (text[end] == ')');
  while (end > from) {
    const char last = text[end - 1];
    if (last == ')' && open < 0) {
      ++open;
    } else if (last == '(') {
      --open;
    } else if (std::string_view("?!.,:;*_~'\"").find(last) == std::string_view::npos) {
      break;
    }
    --end;
  }
  return end;
}

bool IsMailLocal(char c) { return IsAlnum(c) || c == '.' || c == '-' || c == '_' || c == '+'; }

}  // namespace

size_t UrlAround(std::string_view text, size_t colon, size_t floor, bool in_brackets,
                 size_t* start) {
  if (text.substr(colon, 3) != "://" || colon + 3 >= text.size() || !IsWord(text[colon + 3]))
    return 0;
  for (const std::string_view scheme : {"http", "https"}) {
    if (colon < floor + scheme.size()) continue;
    const size_t begin = colon - scheme.size();
    if (!StartsWithIgnoreCase(text.substr(begin), scheme) ||
        (begin > floor && IsWord(text[begin - 1])))
      continue;
    const size_t end = UrlEnd(text, colon + 3, in_brackets);
    if (end <= colon + 3) return 0;
    *start = begin;
    return end;
  }
  return 0;
}

size_t WwwAddressEnd(std::string_view text, size_t at, bool in_brackets) {
  if (!StartsWithIgnoreCase(text.substr(at), "www.")) return 0;
  if (at > 0 && (IsWord(text[at - 1]) ||
                 std::string_view("/.@_-:=").find(text[at - 1]) != std::string_view::npos))
    return 0;
  size_t end = at + 4, dots = 0;
  for (; end < text.size() && end - at <= kMaxDomain; ++end) {
    if (text[end] == '.') {
      ++dots;
    } else if (!IsWord(text[end]) && text[end] != '-') {
      break;
    }
  }
  if (end - at > kMaxDomain || dots == 0 || !IsWord(text[at + 4])) return 0;
  if (end < text.size() && text[end] == '_') return 0;
  return UrlEnd(text, at + 4, in_brackets);
}

size_t MailAround(std::string_view text, size_t at, size_t floor, size_t* start) {
  size_t begin = at;
  while (begin > floor && at - begin <= 64 && IsMailLocal(text[begin - 1])) --begin;
  while (begin < at && !IsAlnum(text[begin])) ++begin;
  if (begin == at || at - begin > 64 || (begin > 0 && IsWord(text[begin - 1]))) return 0;
  size_t end = at + 1;
  while (end < text.size() && end - at <= kMaxDomain &&
         (IsAlnum(text[end]) || text[end] == '-' || text[end] == '.'))
    ++end;
  while (end > at && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
  if (end <= at + 1 || end - at > kMaxDomain) return 0;
  const std::string_view domain = text.substr(at + 1, end - at - 1);
  if (domain.find('.') == std::string_view::npos || domain.front() == '.' ||
      domain.find("..") != std::string_view::npos)
    return 0;
  if (end < text.size() && (text[end] == '_' || text[end] == '@' || text[end] == '/')) return 0;
  *start = begin;
  return end;
}

size_t MentionEnd(std::string_view text, size_t at) {
  if (at > 0 && (IsWord(text[at - 1]) ||
                 std::string_view("/@_.-+=").find(text[at - 1]) != std::string_view::npos))
    return 0;
  size_t end = at + 1;
  const auto in_name = [](char c) { return IsAlnum(c) || c == '_' || c == '-' || c == '.'; };
  while (end < text.size() && end - at <= kMaxMention + 1 && in_name(text[end])) ++end;
  if (end - at > kMaxMention + 1) return 0;
  while (end > at + 1 && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
  if (end < at + 1 + kMinMention || text[at + 1] == '.' || text[at + 1] == '-') return 0;
  if (end < text.size() && (text[end] == '@' || IsWord(text[end]))) return 0;
  return end;
}

}  // namespace forium::markdown
