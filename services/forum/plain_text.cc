// SPDX-License-Identifier: Apache-2.0
#include "services/forum/plain_text.h"

#include <cstdint>
#include <limits>

#include "absl/strings/ascii.h"

namespace forium::forum {
namespace {

constexpr size_t kUnbounded = std::numeric_limits<size_t>::max();

// Tags that end a line of text.
bool EndsLine(std::string_view tag) {
  if (tag.starts_with("/")) tag.remove_prefix(1);
  const std::string_view name = tag.substr(0, tag.find_first_of(" \t\n/>"));
  for (const std::string_view block :
       {"p",  "br", "li", "div",   "blockquote", "pre",     "h1",      "h2", "h3", "h4",
        "h5", "h6", "tr", "aside", "hr",         "details", "summary", "ul", "ol", "table"}) {
    if (name == block) return true;
  }
  return false;
}

class Writer {
 public:
  Writer(std::string_view paragraph_break, size_t limit)
      : paragraph_break_(paragraph_break), limit_(limit) {}

  void Break() { pending_ = text_.empty() ? "" : paragraph_break_; }
  void Space() {
    if (!text_.empty() && pending_.empty()) pending_ = " ";
  }
  // A character, or the next byte of one.
  void Append(std::string_view bytes) {
    text_ += pending_;
    if (!pending_.empty()) ++characters_;
    pending_ = "";
    if ((static_cast<unsigned char>(bytes[0]) & 0xc0) != 0x80) ++characters_;
    if (characters_ > limit_) {
      full_ = true;
    } else {
      text_ += bytes;
    }
  }
  bool full() const { return full_; }
  std::string Take() && {
    if (full_) {
      absl::StripTrailingAsciiWhitespace(&text_);
      text_ += "…";
    }
    return std::move(text_);
  }

 private:
  const std::string_view paragraph_break_;
  const size_t limit_;
  std::string text_;
  std::string_view pending_;
  size_t characters_ = 0;
  bool full_ = false;
};

std::string TextOf(std::string_view html, Writer writer) {
  for (size_t i = 0; i < html.size() && !writer.full();) {
    const char c = html[i];
    if (c == '<') {
      const size_t end = html.find('>', i);
      if (end == std::string_view::npos) break;
      if (EndsLine(html.substr(i + 1, end - i - 1))) writer.Break();
      i = end + 1;
    } else if (absl::ascii_isspace(c)) {
      writer.Space();
      ++i;
    } else if (std::string_view character;
               c == '&' && CharacterReference(html.substr(i), &character) > 0) {
      i += CharacterReference(html.substr(i), &character);
      character == " " ? writer.Space() : writer.Append(character);
    } else {
      writer.Append(html.substr(i, 1));
      ++i;
    }
  }
  return std::move(writer).Take();
}

}  // namespace

size_t CharacterReference(std::string_view text, std::string_view* character) {
  static constexpr struct {
    std::string_view reference, character;
  } kReferences[] = {{"&amp;", "&"},   {"&lt;", "<"},  {"&gt;", ">"},
                     {"&quot;", "\""}, {"&#39;", "'"}, {"&nbsp;", " "}};
  for (const auto& known : kReferences) {
    if (text.starts_with(known.reference)) {
      *character = known.character;
      return known.reference.size();
    }
  }
  return 0;
}

std::string Excerpt(std::string_view html, size_t characters) {
  return TextOf(html, Writer(" ", characters));
}

std::string PlainText(std::string_view html) { return TextOf(html, Writer("\n\n", kUnbounded)); }

}  // namespace forium::forum
