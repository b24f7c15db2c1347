// SPDX-License-Identifier: Apache-2.0
#include "services/forum/markdown/block_tags.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "services/forum/markdown/text.h"

namespace forium::markdown {
namespace {

constexpr size_t kMaxTagLength = 400;

struct TagName {
  std::string_view open, close;
  Tag tag;
};
constexpr TagName kTags[] = {{"[quote", "[/quote]", Tag::kQuote},
                             {"[spoiler", "[/spoiler]", Tag::kSpoiler},
                             {"[details", "[/details]", Tag::kDetails},
                             {"[code", "[/code]", Tag::kCode}};

struct FoundTag {
  Tag tag = Tag::kNone;
  size_t length = 0;
};

FoundTag OpeningTagAt(std::string_view text) {
  for (const TagName& name : kTags) {
    if (!StartsWithIgnoreCase(text, name.open)) continue;
    const size_t after = name.open.size();
    if (after >= text.size() || (text[after] != ']' && text[after] != '=' && text[after] != ' '))
      return {};
    const size_t end = text.substr(0, kMaxTagLength).find(']', after);
    if (end == std::string_view::npos) return {};
    return {name.tag, end + 1};
  }
  return {};
}

FoundTag ClosingTagAt(std::string_view text) {
  for (const TagName& name : kTags)
    if (StartsWithIgnoreCase(text, name.close)) return {name.tag, name.close.size()};
  return {};
}

bool IsBlankText(std::string_view text) {
  return text.find_first_not_of(" \t") == std::string_view::npos;
}

// Finds the next closing tag at or after places that only grow, in linear time altogether.
class NextClosing {
 public:
  explicit NextClosing(std::string_view tag) : tag_(tag) {}
  size_t From(std::string_view text, size_t from) {
    if (text.data() != text_ || next_ < from) next_ = FindIgnoreCase(text, tag_, from);
    text_ = text.data();
    return next_;
  }

 private:
  const std::string_view tag_;
  const char* text_ = nullptr;
  size_t next_ = 0;
};

class LineSplitter {
 public:
  explicit LineSplitter(std::string_view source) : source_(source) {}

  std::vector<SourceLine> Split() {
    lines_.reserve(static_cast<size_t>(std::count(source_.begin(), source_.end(), '\n')) + 8);
    for (size_t at = 0; at < source_.size();) {
      const size_t end = std::min(source_.find('\n', at), source_.size());
      line_ = source_.substr(at, end - at);
      at = end + 1;
      SplitLine();
    }
    DropUnpaired();
    return std::move(lines_);
  }

 private:
  struct Open {
    Tag tag;
    size_t line;  // index in lines_
  };

  void SplitLine() {
    if (code_pair_ != 0) return Verbatim();
    size_t start = 0;
    while (start < line_.size() && (IsBlank(line_[start]) || line_[start] == '>')) ++start;
    if (InFence(start)) return Push(line_, SourceLine::Kind::kText);
    if (line_.find('[') == std::string_view::npos) return Push(line_, SourceLine::Kind::kText);
    const bool plain = line_.substr(0, start).find('>') == std::string_view::npos;
    if (!plain) return PrefixedLine(start);
    size_t from = 0;
    while (start < line_.size() && line_[start] == '[') {
      const FoundTag tag = OpeningTagAt(line_.substr(start));
      if (tag.tag == Tag::kNone || !OpensBlock(tag, start)) break;
      const size_t after = start + tag.length;
      PushOpen(tag.tag, line_.substr(from, after - from), start - from);
      from = after;
      if (tag.tag == Tag::kCode) return Verbatim(from);
      start = after;
      while (start < line_.size() && IsBlank(line_[start])) ++start;
    }
    if (from > 0 && IsBlankText(line_.substr(from))) return;
    Closings(from);
  }

  // Behind ">" a tag counts only alone on its line.
  void PrefixedLine(size_t start) {
    const std::string_view rest = Trim(line_.substr(start));
    if (const FoundTag open = OpeningTagAt(rest);
        open.tag != Tag::kNone && open.tag != Tag::kCode && open.length == rest.size()) {
      PushOpen(open.tag, line_, start);
    } else if (const FoundTag close = ClosingTagAt(rest);
               close.length == rest.size() && close.tag != Tag::kNone && IsOpen(close.tag)) {
      PushClose(close.tag, line_, start);
    } else {
      Push(line_, SourceLine::Kind::kText);
    }
  }

  // A spoiler within a line is an inline one, and so is code with text behind it.
  bool OpensBlock(const FoundTag& tag, size_t start) {
    const size_t after = start + tag.length;
    switch (tag.tag) {
      case Tag::kSpoiler:
        return IsBlankText(line_.substr(after)) ||
               spoiler_end_.From(line_, after) == std::string_view::npos;
      case Tag::kCode: {
        const size_t close = code_end_in_line_.From(line_, after);
        if (close != std::string_view::npos) return IsBlankText(line_.substr(close + 7));
        const auto offset = static_cast<size_t>(line_.data() - source_.data());
        return code_end_.From(source_, offset + after) != std::string_view::npos;
      }
      default:
        return true;
    }
  }

  void Verbatim(size_t from = 0) {
    const size_t close = FindIgnoreCase(line_, "[/code]", from);
    const std::string_view text =
        line_.substr(from, close == std::string_view::npos ? close : close - from);
    if ((close == std::string_view::npos && from == 0) || !IsBlankText(text))
      Push(text, SourceLine::Kind::kVerbatim);
    if (close == std::string_view::npos) return;
    open_.pop_back();
    lines_.push_back({line_.substr(close, 7), SourceLine::Kind::kClose, Tag::kCode, code_pair_, 0});
    code_pair_ = 0;
    if (!IsBlankText(line_.substr(close + 7))) Closings(close + 7);
  }

  // The text from `from` on, cut at the closing tags of what is open.
  void Closings(size_t from) {
    size_t inline_spoilers = 0;
    for (size_t at = line_.find('[', from); at != std::string_view::npos && !open_.empty();
         at = line_.find('[', at + 1)) {
      const std::string_view rest = line_.substr(at);
      if (const FoundTag opened = OpeningTagAt(rest); opened.tag == Tag::kSpoiler)
        ++inline_spoilers;
      const FoundTag close = ClosingTagAt(rest);
      if (close.tag == Tag::kNone || !IsOpen(close.tag)) continue;
      if (close.tag == Tag::kSpoiler && inline_spoilers > 0) {
        --inline_spoilers;
        continue;
      }
      if (!IsBlankText(line_.substr(from, at - from)))
        Push(line_.substr(from, at - from), SourceLine::Kind::kText);
      PushClose(close.tag, line_.substr(at, close.length), 0);
      from = at + close.length;
      at = from - 1;
    }
    if (from == 0 || !IsBlankText(line_.substr(from)))
      Push(line_.substr(from), SourceLine::Kind::kText);
  }

  bool IsOpen(Tag tag) const { return open_counts_[static_cast<size_t>(tag)] > 0; }

  void Push(std::string_view text, SourceLine::Kind kind) {
    lines_.push_back({text, kind, Tag::kNone, 0, 0});
  }

  void PushOpen(Tag tag, std::string_view text, size_t offset) {
    open_.push_back({tag, lines_.size()});
    ++open_counts_[static_cast<size_t>(tag)];
    lines_.push_back({text, SourceLine::Kind::kOpen, tag, 0, static_cast<uint32_t>(offset)});
    if (tag == Tag::kCode) {
      lines_.back().pair = code_pair_ = ++pairs_;
      --open_counts_[static_cast<size_t>(tag)];
    }
  }

  void PushClose(Tag tag, std::string_view text, size_t offset) {
    while (open_.back().tag != tag) Pop();  // opened inside and never closed: stays unpaired
    lines_[open_.back().line].pair = ++pairs_;
    Pop();
    lines_.push_back({text, SourceLine::Kind::kClose, tag, pairs_, static_cast<uint32_t>(offset)});
  }

  void Pop() {
    --open_counts_[static_cast<size_t>(open_.back().tag)];
    open_.pop_back();
  }

  // Fences as they look from outside their containers: near enough to keep tags in code alone.
  bool InFence(size_t start) {
    const std::string_view rest = line_.substr(start);
    const bool quoted = start > 0 && line_.substr(0, start).find('>') != std::string_view::npos;
    if (fence_length_ > 0 && fence_quoted_ && !quoted) fence_length_ = 0;
    const char mark = rest.empty() ? ' ' : rest[0];
    const size_t run =
        mark == '`' || mark == '~' ? std::min(rest.find_first_not_of(mark), rest.size()) : 0;
    if (fence_length_ > 0) {
      if (mark == fence_mark_ && run >= fence_length_ && IsBlankText(rest.substr(run)))
        fence_length_ = 0;
      return true;
    }
    if (run < 3 || (mark == '`' && rest.find('`', run) != std::string_view::npos)) return false;
    fence_mark_ = mark;
    fence_length_ = run;
    fence_quoted_ = quoted;
    return true;
  }

  // An opening tag that found no partner goes back to the front of the text behind it.
  void DropUnpaired() {
    size_t kept = 0;
    for (size_t i = 0; i < lines_.size(); ++i) {
      SourceLine& line = lines_[i];
      if (line.kind == SourceLine::Kind::kOpen && line.pair == 0) {
        line.kind = SourceLine::Kind::kText;
        line.tag = Tag::kNone;
        const bool joins = i + 1 < lines_.size() &&
                           lines_[i + 1].text.data() == line.text.data() + line.text.size();
        if (joins && lines_[i + 1].kind != SourceLine::Kind::kClose) {
          SourceLine& next = lines_[i + 1];
          next.text = {line.text.data(), line.text.size() + next.text.size()};
          next.tag_offset += static_cast<uint32_t>(line.text.size());
          if (next.kind == SourceLine::Kind::kText || next.pair == 0) continue;
          next.text.remove_prefix(line.text.size());
          next.tag_offset -= static_cast<uint32_t>(line.text.size());
        }
      }
      lines_[kept++] = lines_[i];
    }
    lines_.resize(kept);
  }

  const std::string_view source_;
  std::string_view line_;
  std::vector<SourceLine> lines_;
  std::vector<Open> open_;
  size_t open_counts_[5] = {};
  uint32_t pairs_ = 0;
  uint32_t code_pair_ = 0;
  NextClosing spoiler_end_{"[/spoiler]"};
  NextClosing code_end_in_line_{"[/code]"};
  NextClosing code_end_{"[/code]"};
  char fence_mark_ = ' ';
  size_t fence_length_ = 0;
  bool fence_quoted_ = false;
};

std::string_view Value(std::string_view opening_tag) {
  opening_tag.remove_suffix(1);
  const size_t equals = opening_tag.find('=');
  if (equals == std::string_view::npos) return {};
  std::string_view value = Trim(opening_tag.substr(equals + 1));
  for (std::string_view quote : {"\"", "'", "“", "”"}) {
    if (value.starts_with(quote)) value.remove_prefix(quote.size());
    if (value.ends_with(quote)) value.remove_suffix(quote.size());
  }
  return Trim(value);
}

int64_t Number(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number > 0 ? number : 0;
}

}  // namespace

std::vector<SourceLine> SplitLines(std::string_view source) { return LineSplitter(source).Split(); }

QuoteAttribution ParseAttribution(std::string_view opening_tag) {
  QuoteAttribution result;
  std::string_view rest = Value(opening_tag);
  bool first = true;
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view part = Trim(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (StartsWithIgnoreCase(part, "post:")) {
      result.post_number = Number(Trim(part.substr(5)));
    } else if (StartsWithIgnoreCase(part, "topic:")) {
      result.topic_id = Number(Trim(part.substr(6)));
    } else if (StartsWithIgnoreCase(part, "username:")) {
      result.name = std::string(Trim(part.substr(9)));
    } else if (first) {
      result.name = std::string(part);
    }
    first = false;
  }
  return result;
}

std::string ParseSummary(std::string_view opening_tag) { return std::string(Value(opening_tag)); }

}  // namespace forium::markdown
