// SPDX-License-Identifier: Apache-2.0
#include "gateway/found/html_reader.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace forium::gateway {
namespace {

constexpr std::string_view kBlanks = " \t\n\r\f";

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The `>` that ends a tag: not one within quotes.
size_t EndOfTag(std::string_view text) {
  char quote = 0;
  for (size_t i = 1; i < text.size(); ++i) {
    if (quote != 0) {
      if (text[i] == quote) quote = 0;
    } else if (text[i] == '"' || text[i] == '\'') {
      quote = text[i];
    } else if (text[i] == '>') {
      return i;
    }
  }
  return std::string_view::npos;
}

void AppendCharacter(uint32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  constexpr unsigned kLead[] = {0, 0xC0, 0xE0, 0xF0};
  out += static_cast<char>(kLead[more] | (code >> (6 * more)));
  for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80 | ((code >> (6 * i)) & 0x3F));
}

bool IsCharacter(uint32_t code) {
  return code != 0 && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
}

// Appends what the reference at the start of `text` stands for; its length, 0 if it is none.
size_t AppendReference(std::string_view text, std::string& out) {
  static constexpr struct {
    std::string_view reference, character;
  } kNamed[] = {{"&amp;", "&"},   {"&lt;", "<"},        {"&gt;", ">"},
                {"&quot;", "\""}, {"&nbsp;", "\u00A0"}, {"&apos;", "'"}};
  for (const auto& known : kNamed) {
    if (!text.starts_with(known.reference)) continue;
    out += known.character;
    return known.reference.size();
  }
  const size_t end = text.substr(0, 12).find(';');
  if (end == std::string_view::npos || !text.starts_with("&#")) return 0;
  const bool hexadecimal = text.size() > 2 && (text[2] == 'x' || text[2] == 'X');
  const char* const first = text.data() + (hexadecimal ? 3 : 2);
  uint32_t code = 0;
  const auto [last, error] = std::from_chars(first, text.data() + end, code, hexadecimal ? 16 : 10);
  if (error != std::errc() || last != text.data() + end || !IsCharacter(code)) return 0;
  AppendCharacter(code, out);
  return end + 1;
}

}  // namespace

bool HtmlReader::Next(HtmlPiece& piece) {
  if (rest_.empty()) return false;
  piece = {};
  size_t length = std::min(rest_.find('<', 1), rest_.size());
  const bool closes = rest_.starts_with("</");
  const size_t name = closes ? 2 : 1;
  if (rest_[0] == '<' && rest_.size() > name && IsLetter(rest_[name])) {
    if (const size_t end = EndOfTag(rest_); end != std::string_view::npos) {
      length = end + 1;
      std::string_view inside = rest_.substr(name, end - name);
      const size_t name_end = std::min(inside.find_first_of(" \t\n\r\f/"), inside.size());
      piece.kind = closes ? HtmlPiece::Kind::kClose : HtmlPiece::Kind::kOpen;
      piece.name = inside.substr(0, name_end);
      piece.attributes = inside.substr(name_end);
    }
  }
  piece.source = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return true;
}

std::string HtmlPiece::Attribute(std::string_view attribute) const {
  std::string_view rest = attributes;
  while (true) {
    const size_t begin = rest.find_first_not_of(" \t\n\r\f/");
    if (begin == std::string_view::npos) return "";
    rest.remove_prefix(begin);
    const size_t name_end = std::min(rest.find_first_of(" \t\n\r\f=/"), rest.size());
    const bool wanted = rest.substr(0, name_end) == attribute;
    rest.remove_prefix(name_end);
    if (!rest.starts_with('=')) {
      if (wanted) return std::string(attribute);  // `checked`
      if (name_end == 0) return "";
      continue;
    }
    rest.remove_prefix(1);
    const bool quoted = rest.starts_with('"') || rest.starts_with('\'');
    const size_t end = quoted ? rest.find(rest[0], 1) : rest.find_first_of(kBlanks);
    const std::string_view value =
        quoted ? rest.substr(1, end == std::string_view::npos ? end : end - 1)
               : rest.substr(0, end);
    if (wanted) return ResolveReferences(value);
    if (end == std::string_view::npos) return "";
    rest.remove_prefix(end + 1);
  }
}

std::string ResolveReferences(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const size_t length = text[i] == '&' ? AppendReference(text.substr(i), out) : 0;
    if (length == 0) out += text[i];
    i += std::max<size_t>(length, 1);
  }
  return out;
}

}  // namespace forium::gateway
