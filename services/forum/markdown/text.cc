// SPDX-License-Identifier: Apache-2.0
#include "services/forum/markdown/text.h"

#include <algorithm>
#include <array>

namespace forium::markdown {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

struct Range {
  char32_t first, last;
};
// Punctuation outside ASCII, by block; rare scripts are left out and count as letters.
constexpr Range kPunctuation[] = {
    {0xA1, 0xA9},     {0xAB, 0xAC},     {0xAE, 0xB1},     {0xB4, 0xB4},     {0xB6, 0xB8},
    {0xBB, 0xBB},     {0xBF, 0xBF},     {0xD7, 0xD7},     {0xF7, 0xF7},     {0x37E, 0x37E},
    {0x387, 0x387},   {0x55A, 0x55F},   {0x5BE, 0x5BE},   {0x60C, 0x60D},   {0x61B, 0x61F},
    {0x66A, 0x66D},   {0x964, 0x965},   {0x2010, 0x2027}, {0x2030, 0x205E}, {0x207A, 0x207E},
    {0x20A0, 0x20C0}, {0x2190, 0x23FF}, {0x2500, 0x27BF}, {0x2900, 0x2BFF}, {0x3001, 0x3003},
    {0x3008, 0x3020}, {0x3030, 0x3030}, {0x30FB, 0x30FB}, {0xFE10, 0xFE6B}, {0xFF01, 0xFF0F},
    {0xFF1A, 0xFF20}, {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65}};

struct NamedEntity {
  std::string_view name;
  char32_t character;
};
constexpr NamedEntity kEntities[] = {
    {"AMP", '&'},       {"GT", '>'},       {"LT", '<'},       {"NewLine", '\n'}, {"QUOT", '"'},
    {"Tab", '\t'},      {"amp", '&'},      {"apos", '\''},    {"auml", 0xE4},    {"bull", 0x2022},
    {"cent", 0xA2},     {"colon", ':'},    {"commat", '@'},   {"copy", 0xA9},    {"deg", 0xB0},
    {"divide", 0xF7},   {"equals", '='},   {"euro", 0x20AC},  {"frac12", 0xBD},  {"gt", '>'},
    {"hellip", 0x2026}, {"laquo", 0xAB},   {"larr", 0x2190},  {"ldquo", 0x201C}, {"lpar", '('},
    {"lsquo", 0x2018},  {"lt", '<'},       {"mdash", 0x2014}, {"middot", 0xB7},  {"nbsp", 0xA0},
    {"ndash", 0x2013},  {"num", '#'},      {"ouml", 0xF6},    {"para", 0xB6},    {"percnt", '%'},
    {"plusmn", 0xB1},   {"pound", 0xA3},   {"quest", '?'},    {"quot", '"'},     {"raquo", 0xBB},
    {"rarr", 0x2192},   {"rdquo", 0x201D}, {"reg", 0xAE},     {"rpar", ')'},     {"rsquo", 0x2019},
    {"sect", 0xA7},     {"semi", ';'},     {"shy", 0xAD},     {"sol", '/'},      {"szlig", 0xDF},
    {"times", 0xD7},    {"trade", 0x2122}, {"uuml", 0xFC},    {"yen", 0xA5},     {"zwj", 0x200D},
    {"zwnj", 0x200C}};
static_assert(std::is_sorted(std::begin(kEntities), std::end(kEntities),
                             [](const auto& a, const auto& b) { return a.name < b.name; }));

// Length of the well-formed UTF-8 sequence at `at`, 0 if it is broken.
size_t SequenceLength(std::string_view text, size_t at) {
  auto byte = [&](size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
  };
  auto tail = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned b = byte(0);
  if (b < 0x80) return 1;
  if (b >= 0xC2 && b <= 0xDF) return tail(1) ? 2 : 0;
  if (b >= 0xE0 && b <= 0xEF) {
    if (!tail(1) || !tail(2)) return 0;
    if (b == 0xE0 && byte(1) < 0xA0) return 0;
    if (b == 0xED && byte(1) >= 0xA0) return 0;
    return 3;
  }
  if (b >= 0xF0 && b <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if (b == 0xF0 && byte(1) < 0x90) return 0;
    if (b == 0xF4 && byte(1) >= 0x90) return 0;
    return 4;
  }
  return 0;
}

template <bool kQuotes>
void Escape(std::string_view text, std::string* out) {
  size_t start = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char* replacement = nullptr;
    switch (text[i]) {
      case '&':
        replacement = "&amp;";
        break;
      case '<':
        replacement = "&lt;";
        break;
      case '>':
        replacement = "&gt;";
        break;
      case '"':
        replacement = kQuotes ? "&quot;" : nullptr;
        break;
      default:
        break;
    }
    if (replacement == nullptr) continue;
    out->append(text, start, i - start).append(replacement);
    start = i + 1;
  }
  out->append(text, start);
}

}  // namespace

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

std::string ToLower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = Lower(c);
  return out;
}

bool StartsWithIgnoreCase(std::string_view text, std::string_view lower_prefix) {
  if (text.size() < lower_prefix.size()) return false;
  for (size_t i = 0; i < lower_prefix.size(); ++i)
    if (Lower(text[i]) != lower_prefix[i]) return false;
  return true;
}

size_t FindIgnoreCase(std::string_view text, std::string_view lower_needle, size_t from) {
  for (size_t at = text.find(lower_needle[0], from); at != std::string_view::npos;
       at = text.find(lower_needle[0], at + 1)) {
    if (StartsWithIgnoreCase(text.substr(at), lower_needle)) return at;
  }
  return std::string_view::npos;
}

char32_t CharacterAt(std::string_view text, size_t at) {
  if (at >= text.size()) return 0;
  const auto byte = [&](size_t i) {
    return at + i < text.size() ? static_cast<char32_t>(static_cast<unsigned char>(text[at + i]))
                                : 0;
  };
  const char32_t b = byte(0);
  if (b < 0x80) return b;
  if (b < 0xE0) return (b & 0x1F) << 6 | (byte(1) & 0x3F);
  if (b < 0xF0) return (b & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
  return (b & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
}

char32_t CharacterBefore(std::string_view text, size_t at) {
  if (at == 0) return 0;
  size_t start = at - 1;
  while (start > 0 && at - start < 4 && (text[start] & 0xC0) == 0x80) --start;
  return CharacterAt(text, start);
}

bool IsUnicodeSpace(char32_t c) {
  return (c < 0x80 && IsSpace(static_cast<char>(c))) || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool IsUnicodePunctuation(char32_t c) {
  if (c < 0x80) return IsPunctuation(static_cast<char>(c));
  for (const Range& range : kPunctuation)
    if (c <= range.last) return c >= range.first;
  return c >= 0x1F000 && c <= 0x1FAFF;
}

void AppendUtf8(char32_t c, std::string* out) {
  if (c < 0x80) {
    *out += static_cast<char>(c);
  } else if (c < 0x800) {
    *out += static_cast<char>(0xC0 | c >> 6);
    *out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    *out += static_cast<char>(0xE0 | c >> 12);
    *out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    *out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    *out += static_cast<char>(0xF0 | c >> 18);
    *out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    *out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    *out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

std::string Normalize(std::string_view raw) {
  if (raw.starts_with("\xEF\xBB\xBF")) raw.remove_prefix(3);
  std::string out;
  out.reserve(raw.size() + 1);
  for (size_t i = 0; i < raw.size();) {
    const size_t start = i;
    while (i < raw.size() &&
           ((raw[i] >= ' ' && raw[i] != 0x7F) || raw[i] == '\n' || raw[i] == '\t'))
      ++i;
    out.append(raw, start, i - start);
    if (i == raw.size()) break;
    if (raw[i] == '\r') {
      out += '\n';
      i += i + 1 < raw.size() && raw[i + 1] == '\n' ? 2 : 1;
    } else if (const size_t length = SequenceLength(raw, i);
               length > 1 && !(length == 2 && raw[i] == '\xC2' &&
                               static_cast<unsigned char>(raw[i + 1]) < 0xA0)) {
      out.append(raw, i, length);
      i += length;
    } else {
      AppendUtf8(kReplacement, &out);
      i += length > 0 ? length : 1;
    }
  }
  return out;
}

std::string_view Shorten(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (text[bytes] & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

void AppendEscaped(std::string_view text, std::string* out) { Escape<false>(text, out); }
void AppendEscapedAttribute(std::string_view text, std::string* out) { Escape<true>(text, out); }

size_t EntityLength(std::string_view text) {
  if (text.size() < 3 || text[0] != '&') return 0;
  size_t i = 1;
  const auto run = [&](auto member, size_t least, size_t most) -> size_t {
    const size_t start = i;
    while (i < text.size() && i - start <= most && member(text[i])) ++i;
    const size_t count = i - start;
    return count >= least && count <= most && i < text.size() && text[i] == ';' ? i + 1 : 0;
  };
  if (text[1] != '#') return IsLetter(text[1]) ? run(IsAlnum, 2, 31) : 0;
  i = 2;
  if (Lower(text[2]) != 'x') return run(IsDigit, 1, 7);
  i = 3;
  return run([](char c) { return IsDigit(c) || (Lower(c) >= 'a' && Lower(c) <= 'f'); }, 1, 6);
}

bool AppendEntity(std::string_view entity, std::string* out) {
  const std::string_view name = entity.substr(1, entity.size() - 2);
  if (name[0] == '#') {
    const bool hex = Lower(name[1]) == 'x';
    char32_t value = 0;
    for (char c : name.substr(hex ? 2 : 1))
      value = value * (hex ? 16 : 10) +
              static_cast<char32_t>(IsDigit(c) ? c - '0' : Lower(c) - 'a' + 10);
    const bool control =
        (value < ' ' && value != '\n' && value != '\t') || (value >= 0x7F && value < 0xA0);
    if (control || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) value = kReplacement;
    AppendUtf8(value, out);
    return true;
  }
  const auto* found =
      std::lower_bound(std::begin(kEntities), std::end(kEntities), name,
                       [](const NamedEntity& e, std::string_view n) { return e.name < n; });
  if (found == std::end(kEntities) || found->name != name) return false;
  AppendUtf8(found->character, out);
  return true;
}

std::string Unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && IsPunctuation(text[i + 1])) {
      out += text[++i];
    } else if (const size_t length = text[i] == '&' ? EntityLength(text.substr(i)) : 0;
               length > 0 && AppendEntity(text.substr(i, length), &out)) {
      i += length - 1;
    } else {
      out += text[i];
    }
  }
  return out;
}

void Excerpt::Append(std::string_view text) {
  for (size_t i = 0; i < text.size() && !full_;) {
    if (IsSpace(text[i])) {
      Break();
      ++i;
      continue;
    }
    const size_t length = std::max<size_t>(1, SequenceLength(text, i));
    if (characters_ + 2 + (pending_space_ ? 1 : 0) > kLimit) {
      full_ = true;
      break;
    }
    if (pending_space_) {
      text_ += ' ';
      ++characters_;
      pending_space_ = false;
    }
    text_.append(text, i, length);
    ++characters_;
    i += length;
  }
}

std::string Excerpt::Take() && {
  if (full_) text_ += "…";
  return std::move(text_);
}

}  // namespace forium::markdown
