// SPDX-License-Identifier: Apache-2.0
#include "services/forum/searchable_text.h"

#include <array>
#include <cstdint>
#include <utility>

#include "services/forum/plain_text.h"

namespace forium::forum {
namespace {

// The first eight letters of a tag's name as one number, so that names are compared at once; no two
// tags that we write have the same.
constexpr uint64_t Packed(std::string_view name) {
  uint64_t packed = 0;
  for (size_t i = 0; i < name.size() && i < 8; ++i) {
    packed = packed << 8 | static_cast<unsigned char>(name[i]);
  }
  return packed;
}

constexpr bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

enum class Stop : uint8_t { kNone, kTag, kReference, kBlank };

// Where a run of plain text ends.
constexpr auto kStops = [] {
  std::array<Stop, 256> stops{};
  stops['<'] = Stop::kTag;
  stops['&'] = Stop::kReference;
  for (const char blank : {' ', '\t', '\n', '\r', '\v', '\f'}) {
    stops[static_cast<unsigned char>(blank)] = Stop::kBlank;
  }
  return stops;
}();

Stop StopAt(char c) { return kStops[static_cast<unsigned char>(c)]; }

class Reading {
 public:
  explicit Reading(std::string_view html) : html_(html) { result_.text.reserve(html.size()); }

  SearchableText Finish() && {
    while (at_ < html_.size()) ReadPiece();
    return std::move(result_);
  }

 private:
  // What parts the text before from the text that comes; the stronger one stays.
  enum class Gap : uint8_t { kNone, kBlank, kLine, kBlock };

  void Part(Gap gap) {
    if (gap > gap_ && !result_.text.empty()) gap_ = gap;
  }
  void Append(std::string_view text) {
    static constexpr std::string_view kGaps[] = {"", " ", "\n", "\n\n"};
    if (gap_ != Gap::kNone) result_.text += kGaps[static_cast<size_t>(gap_)];
    gap_ = Gap::kNone;
    result_.text += text;
  }

  void ReadPiece() {
    switch (StopAt(html_[at_])) {
      case Stop::kNone: {
        size_t end = at_ + 1;
        // One blank between words is the usual case, and text as it is.
        while (end < html_.size() &&
               (StopAt(html_[end]) == Stop::kNone || (html_[end] == ' ' && end + 1 < html_.size() &&
                                                      StopAt(html_[end + 1]) == Stop::kNone))) {
          ++end;
        }
        Append(html_.substr(at_, end - at_));
        at_ = end;
        return;
      }
      case Stop::kBlank:
        Part(pre_ > 0 && html_[at_] == '\n' ? Gap::kLine : Gap::kBlank);
        ++at_;
        return;
      case Stop::kReference: {
        std::string_view character = "&";
        const size_t size = CharacterReference(html_.substr(at_), &character);
        at_ += size > 0 ? size : 1;
        character == " " ? Part(Gap::kBlank) : Append(character);
        return;
      }
      case Stop::kTag:
        ReadTag();
        return;
    }
  }

  void ReadTag() {
    const size_t end = html_.find('>', at_);
    if (end == std::string_view::npos) {
      at_ = html_.size();
      return;
    }
    std::string_view tag = html_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    const bool closing = tag.starts_with('/');
    if (closing) tag.remove_prefix(1);
    size_t name = 0;
    while (name < tag.size() && IsLetterOrDigit(tag[name])) ++name;
    Take(Packed(tag.substr(0, name)), closing, tag);
  }

  void Take(uint64_t name, bool closing, std::string_view tag) {
    switch (name) {
      case Packed("blockquote"):
      case Packed("aside"):
        Part(Gap::kBlock);
        if (!closing && QuotesAPost(tag)) SkipQuote(name);
        return;
      case Packed("pre"):
        Part(Gap::kBlock);
        if (!closing) result_.has_code = true;
        pre_ += closing ? (pre_ > 0 ? -1 : 0) : 1;
        return;
      case Packed("img"):
        AppendAlternative(tag);
        return;
      case Packed("br"):
        Part(Gap::kLine);
        return;
      case Packed("td"):
      case Packed("th"):
        Part(Gap::kBlank);
        return;
      case Packed("p"):
      case Packed("li"):
      case Packed("div"):
      case Packed("h1"):
      case Packed("h2"):
      case Packed("h3"):
      case Packed("h4"):
      case Packed("h5"):
      case Packed("h6"):
      case Packed("tr"):
      case Packed("hr"):
      case Packed("ul"):
      case Packed("ol"):
      case Packed("table"):
      case Packed("details"):
      case Packed("summary"):
        Part(Gap::kBlock);
        return;
      default:
        return;
    }
  }

  static bool QuotesAPost(std::string_view tag) {
    return tag.find(" class=\"quote") != std::string_view::npos;
  }

  // Goes behind the end of a quote that was just opened, whatever else is quoted inside.
  void SkipQuote(uint64_t name) {
    for (int depth = 1; depth > 0;) {
      const size_t begin = html_.find('<', at_);
      const size_t end = begin == std::string_view::npos ? begin : html_.find('>', begin);
      if (end == std::string_view::npos) {
        at_ = html_.size();
        return;
      }
      std::string_view tag = html_.substr(begin + 1, end - begin - 1);
      at_ = end + 1;
      const bool closing = tag.starts_with('/');
      if (closing) tag.remove_prefix(1);
      size_t size = 0;
      while (size < tag.size() && IsLetterOrDigit(tag[size])) ++size;
      if (Packed(tag.substr(0, size)) == name) depth += closing ? -1 : 1;
    }
    Part(Gap::kBlock);
  }

  // What stands for an image, apart from the words around it.
  void AppendAlternative(std::string_view tag) {
    constexpr std::string_view kAttribute = " alt=\"";
    Part(Gap::kBlank);
    const size_t begin = tag.find(kAttribute);
    if (begin == std::string_view::npos) return;
    std::string_view text = tag.substr(begin + kAttribute.size());
    text = text.substr(0, text.find('"'));
    while (!text.empty()) {
      std::string_view character = text.substr(0, 1);
      size_t size = 1;
      if (character == "&") {
        size = CharacterReference(text, &character);
        if (size == 0) size = 1;
      }
      if (StopAt(character[0]) == Stop::kBlank) {
        Part(Gap::kBlank);
      } else {
        Append(character);
      }
      text.remove_prefix(size);
    }
    Part(Gap::kBlank);
  }

  const std::string_view html_;
  size_t at_ = 0;
  Gap gap_ = Gap::kNone;
  int pre_ = 0;  // blocks of code that are open
  SearchableText result_;
};

}  // namespace

SearchableText SearchableTextOf(std::string_view html) { return Reading(html).Finish(); }

}  // namespace forium::forum
