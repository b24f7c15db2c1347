// SPDX-License-Identifier: Apache-2.0
#include "gateway/found/plain_text.h"

#include <array>

#include "gateway/found/html_reader.h"
#include "gateway/http/ascii.h"

namespace forium::gateway {
namespace {

// Collapses blanks, counts characters.
class Line {
 public:
  explicit Line(size_t limit) : limit_(limit) {}

  bool full() const { return full_; }
  void Space() { space_ = !text_.empty(); }
  void Append(std::string_view text) {
    for (const char c : text) {
      if (full_) return;
      const bool begins = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
      if (static_cast<unsigned char>(c) <= ' ' || c == 0x7F) {
        Space();
        continue;
      }
      if (begins && characters_ + (space_ ? 2 : 1) > limit_) {
        full_ = true;
        text_ += "…";
        return;
      }
      if (space_) text_ += ' ';
      characters_ += (space_ ? 1 : 0) + (begins ? 1 : 0);
      space_ = false;
      text_ += c;
    }
  }
  std::string Take() && { return std::move(text_); }

 private:
  const size_t limit_;
  std::string text_;
  size_t characters_ = 0;
  bool space_ = false;
  bool full_ = false;
};

// Tags between whose texts no blank belongs; all others end a word.
bool IsInline(std::string_view name) {
  static constexpr std::array<std::string_view, 19> kInline = {
      "a",     "b",   "i",   "u",   "s",    "em",    "strong", "del",  "ins",  "mark",
      "small", "kbd", "sub", "sup", "cite", "label", "span",   "code", "input"};
  for (const std::string_view known : kInline) {
    if (name == known) return true;
  }
  return false;
}

}  // namespace

std::string WordsOf(std::string_view html, size_t characters) {
  Line line(characters);
  HtmlReader reader(html);
  for (HtmlPiece piece; !line.full() && reader.Next(piece);) {
    if (piece.kind == HtmlPiece::Kind::kText) {
      line.Append(ResolveReferences(piece.source));
    } else if (!IsInline(piece.name)) {
      line.Space();
    }
  }
  return std::move(line).Take();
}

std::string Shortened(std::string_view text, size_t characters) {
  Line line(characters);
  line.Append(text);
  return std::move(line).Take();
}

std::string Absolute(std::string_view address, std::string_view base) {
  const bool ours = address.starts_with('/') && !address.starts_with("//");
  return Concat({ours ? base : "", address});
}

std::string WithAbsoluteLinks(std::string_view html, std::string_view base) {
  std::string out;
  out.reserve(html.size() + html.size() / 16);
  HtmlReader reader(html);
  for (HtmlPiece piece; reader.Next(piece);) {
    if (piece.kind != HtmlPiece::Kind::kOpen) {
      out += piece.source;
      continue;
    }
    std::string_view rest = piece.source;
    for (const std::string_view start :
         {std::string_view(" href=\"/"), std::string_view(" src=\"/")}) {
      const size_t at = rest.find(start);
      if (at == std::string_view::npos || rest.substr(at + start.size()).starts_with('/')) continue;
      const size_t slash = at + start.size() - 1;
      out += rest.substr(0, slash);
      out += base;
      rest.remove_prefix(slash);
    }
    out += rest;
  }
  return out;
}

}  // namespace forium::gateway
