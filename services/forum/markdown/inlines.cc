// SPDX-License-Identifier: Apache-2.0
#include "services/forum/markdown/inlines.h"

#include <algorithm>
#include <array>

#include "services/forum/markdown/autolinks.h"
#include "services/forum/markdown/emoji.h"
#include "services/forum/markdown/html_parts.h"
#include "services/forum/markdown/text.h"

namespace forium::markdown {
namespace {

constexpr MarkTag kTags[] = {
    {"[b]", "[/b]", "<strong>", "</strong>"},
    {"[i]", "[/i]", "<em>", "</em>"},
    {"[u]", "[/u]", "<u>", "</u>"},
    {"[s]", "[/s]", "<del>", "</del>"},
    {"[spoiler]", "[/spoiler]", kSpoilerOpen, "</span>"},
    {"<b>", "</b>", "<b>", "</b>"},
    {"<i>", "</i>", "<i>", "</i>"},
    {"<u>", "</u>", "<u>", "</u>"},
    {"<s>", "</s>", "<s>", "</s>"},
    {"<strong>", "</strong>", "<strong>", "</strong>"},
    {"<em>", "</em>", "<em>", "</em>"},
    {"<del>", "</del>", "<del>", "</del>"},
    {"<ins>", "</ins>", "<ins>", "</ins>"},
    {"<mark>", "</mark>", "<mark>", "</mark>"},
    {"<small>", "</small>", "<small>", "</small>"},
    {"<kbd>", "</kbd>", "<kbd>", "</kbd>"},
    {"<sub>", "</sub>", "<sub>", "</sub>"},
    {"<sup>", "</sup>", "<sup>", "</sup>"},
};
constexpr MarkTag kPunctuationTags[] = {{"*", "*", "<em>", "</em>"},
                                        {"**", "**", "<strong>", "</strong>"},
                                        {"~~", "~~", "<del>", "</del>"},
                                        {"||", "||", kSpoilerOpen, "</span>"},
                                        {"[url", "[/url]", "", ""}};

constexpr std::array<bool, 256> kSpecial = [] {
  std::array<bool, 256> special{};
  for (const char c : std::string_view("\n\\`*_~|[]!<&:;@wW"))
    special[static_cast<unsigned char>(c)] = true;
  return special;
}();

}  // namespace

const MarkTag& TagOf(Mark mark) {
  return mark >= Mark::kFirstTag
             ? kTags[static_cast<size_t>(mark) - static_cast<size_t>(Mark::kFirstTag)]
             : kPunctuationTags[static_cast<size_t>(mark)];
}

void InlineParser::Reset(std::string_view text) {
  text_ = text;
  position_ = text_start_ = 0;
  nodes_.clear();
  targets_.clear();
  delimiters_.clear();
  brackets_.clear();
  first_ = last_ = last_delimiter_ = -1;
  link_floor_ = 0;
  backticks_met_ = backticks_scanned_ = false;
  code_tag_end_ = 0;
}

void InlineParser::Parse(std::string_view text) {
  Reset(text);
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (kSpecial[static_cast<unsigned char>(c)]) {
      Step(c);
    } else {
      ++position_;
    }
  }
  FlushText(text_.size());
  ProcessDelimiters(-1);
}

void InlineParser::Step(char c) {
  bool taken = false;
  switch (c) {
    case '\n':
      taken = LineBreak();
      break;
    case '\\':
      taken = Backslash();
      break;
    case '`':
      taken = CodeSpan();
      break;
    case '*':
    case '_':
    case '~':
    case '|':
      taken = DelimiterRun(c);
      break;
    case '[':
      taken = BracketTag() || OpenBracket();
      break;
    case ']':
      taken = CloseBracket();
      break;
    case '!':
      taken = position_ + 1 < text_.size() && text_[position_ + 1] == '[' && OpenBracket();
      break;
    case '<':
      taken = Angle();
      break;
    case '&':
      if (const size_t length = EntityLength(text_.substr(position_)); length > 0) {
        Take(InlineKind::kEntity, position_ + length);
        taken = true;
      }
      break;
    case ':':
      taken = Colon() || Emoticon();
      break;
    case ';':
      taken = Emoticon();
      break;
    case '@':
      taken = At();
      break;
    default:
      if (const size_t end = WwwAddressEnd(text_, position_, !brackets_.empty()); end > 0) {
        const std::string_view address = text_.substr(position_, end - position_);
        TakeAddress(InlineKind::kAddress, position_, end, "http://" + std::string(address));
        taken = true;
      }
  }
  if (!taken) ++position_;
}

int32_t InlineParser::Push(InlineKind kind, std::string_view text) {
  const auto index = static_cast<int32_t>(nodes_.size());
  Inline& node = nodes_.emplace_back();
  node.kind = kind;
  node.text = text;
  node.previous = last_;
  if (last_ >= 0) {
    nodes_[static_cast<size_t>(last_)].next = index;
  } else {
    first_ = index;
  }
  last_ = index;
  return index;
}

const Target* InlineParser::Keep(std::string url, std::string title) {
  return &targets_.emplace_back(Target{std::move(url), std::move(title)});
}

int32_t InlineParser::Insert(InlineKind kind, int32_t before) {
  const auto index = static_cast<int32_t>(nodes_.size());
  Inline& node = nodes_.emplace_back();
  node.kind = kind;
  node.next = before;
  Inline& after = nodes_[static_cast<size_t>(before)];
  node.previous = after.previous;
  after.previous = index;
  if (node.previous >= 0) {
    nodes_[static_cast<size_t>(node.previous)].next = index;
  } else {
    first_ = index;
  }
  return index;
}

void InlineParser::FlushText(size_t end) {
  if (end > text_start_) Push(InlineKind::kText, text_.substr(text_start_, end - text_start_));
  text_start_ = end;
}

// Makes a node of the source from position_ to `end` and goes on behind it.
void InlineParser::Take(InlineKind kind, size_t end) {
  FlushText(position_);
  Push(kind, text_.substr(position_, end - position_));
  position_ = text_start_ = end;
}

void InlineParser::TakeAddress(InlineKind kind, size_t start, size_t end, std::string url) {
  FlushText(start);
  const int32_t index = Push(kind, text_.substr(start, end - start));
  if (!url.empty()) {
    nodes_[static_cast<size_t>(index)].target = Keep(std::move(url), "");
  }
  position_ = text_start_ = end;
}

bool InlineParser::Backslash() {
  if (position_ + 1 >= text_.size()) return false;
  const char next = text_[position_ + 1];
  if (next == '\n') {
    FlushText(position_);
    text_start_ = ++position_;
    return LineBreak();
  }
  if (!IsPunctuation(next)) return false;
  FlushText(position_);
  Push(InlineKind::kText, text_.substr(position_ + 1, 1));
  position_ = text_start_ = position_ + 2;
  return true;
}

bool InlineParser::LineBreak() {
  size_t end = position_;
  while (end > text_start_ && IsBlank(text_[end - 1])) --end;
  FlushText(end);
  Push(InlineKind::kBreak, {});
  ++position_;
  while (position_ < text_.size() && IsBlank(text_[position_])) ++position_;
  text_start_ = position_;
  return true;
}

bool InlineParser::CodeSpan() {
  const size_t start = std::min(text_.find_first_not_of('`', position_), text_.size());
  const size_t length = start - position_;
  const auto skip = [&] {
    position_ = start;
    return true;
  };
  if (!backticks_met_) std::fill(std::begin(backtick_runs_), std::end(backtick_runs_), 0);
  backticks_met_ = true;
  if (length > kMaxBackticks || (backticks_scanned_ && backtick_runs_[length] < start))
    return skip();
  for (size_t at = text_.find('`', start); at != std::string_view::npos; at = text_.find('`', at)) {
    const size_t end = std::min(text_.find_first_not_of('`', at), text_.size());
    if (end - at == length) {
      std::string_view code = text_.substr(start, at - start);
      const auto edge = [](char c) { return c == ' ' || c == '\n'; };
      if (code.size() > 1 && edge(code.front()) && edge(code.back()) &&
          code.find_first_not_of(" \n") != std::string_view::npos)
        code = code.substr(1, code.size() - 2);
      FlushText(position_);
      Push(InlineKind::kCode, code);
      position_ = text_start_ = end;
      return true;
    }
    // The last place of each length: once all were seen, a run in vain costs nothing.
    if (end - at <= kMaxBackticks) backtick_runs_[end - at] = at;
    at = end;
  }
  backticks_scanned_ = true;
  return skip();
}

bool InlineParser::Colon() {
  size_t start = 0;
  if (const size_t end = UrlAround(text_, position_, text_start_, !brackets_.empty(), &start);
      end > 0) {
    TakeAddress(InlineKind::kAddress, start, end, "");
    return true;
  }
  size_t end = position_ + 1;
  while (end < text_.size() && end - position_ <= kMaxEmojiName && IsEmojiNameCharacter(text_[end]))
    ++end;
  if (end == position_ + 1 || end >= text_.size() || text_[end] != ':') return false;
  const std::string_view emoji = EmojiByName(text_.substr(position_ + 1, end - position_ - 1));
  if (emoji.empty()) return false;
  FlushText(position_);
  Push(InlineKind::kEmoji, emoji);
  if (const std::string_view tone = SkinTone(text_.substr(end + 1, 3)); !tone.empty()) {
    Push(InlineKind::kEmoji, tone);
    end += 3;
  }
  position_ = text_start_ = end + 1;
  return true;
}

bool InlineParser::Emoticon() {
  if (position_ > 0 && !IsSpace(text_[position_ - 1])) return false;
  size_t length = 0;
  const std::string_view emoji = EmoticonAt(text_.substr(position_), &length);
  if (emoji.empty()) return false;
  FlushText(position_);
  Push(InlineKind::kEmoji, emoji);
  position_ = text_start_ = position_ + length;
  return true;
}

bool InlineParser::At() {
  size_t start = 0;
  if (const size_t end = MailAround(text_, position_, text_start_, &start); end > 0) {
    TakeAddress(InlineKind::kAddress, start, end,
                "mailto:" + std::string(text_.substr(start, end - start)));
    return true;
  }
  const size_t end = MentionEnd(text_, position_);
  if (end > 0) Take(InlineKind::kMention, end);
  return end > 0;
}

bool InlineParser::Angle() {
  if (PlainTag()) return true;
  if (position_ + 1 >= text_.size() || !IsAlnum(text_[position_ + 1])) return false;
  size_t end = position_ + 1;
  bool mail = false;
  while (end < text_.size() && !IsSpace(text_[end]) && text_[end] != '<' && text_[end] != '>')
    mail |= text_[end++] == '@';
  if (end >= text_.size() || text_[end] != '>') return false;
  const std::string_view inside = text_.substr(position_ + 1, end - position_ - 1);
  const bool url = StartsWithIgnoreCase(inside, "http://") ||
                   StartsWithIgnoreCase(inside, "https://") ||
                   StartsWithIgnoreCase(inside, "mailto:");
  size_t start = 0;
  if (!url &&
      !(mail && MailAround(inside, inside.find('@'), 0, &start) == inside.size() && start == 0))
    return false;
  FlushText(position_);
  text_start_ = ++position_;
  TakeAddress(InlineKind::kAddress, position_, end, url ? "" : "mailto:" + std::string(inside));
  position_ = text_start_ = end + 1;
  return true;
}

bool InlineParser::PlainTag() {
  const std::string_view rest = text_.substr(position_, 16);
  for (const std::string_view line_break : {"<br>", "<br/>", "<br />"}) {
    if (!StartsWithIgnoreCase(rest, line_break)) continue;
    FlushText(position_);
    Push(InlineKind::kBreak, {});
    position_ += line_break.size();
    if (position_ < text_.size() && text_[position_] == '\n') ++position_;  // one break, not two
    text_start_ = position_;
    return true;
  }
  for (size_t i = 0; i < std::size(kTags); ++i) {
    const MarkTag& tag = kTags[i];
    const bool opens = StartsWithIgnoreCase(rest, tag.open);
    if (!opens && !StartsWithIgnoreCase(rest, tag.close)) continue;
    if (opens && rest[0] == '[' && IsLinkText(tag)) return false;
    const auto type = static_cast<uint8_t>(static_cast<size_t>(Mark::kFirstTag) + i);
    PushDelimiter(type, opens ? tag.open.size() : tag.close.size(), opens, !opens);
    return true;
  }
  return false;
}

// "[b](/x)" is a link, "[b](x)[/b]" is not.
bool InlineParser::IsLinkText(const MarkTag& tag) {
  const size_t start = position_;
  position_ += tag.open.size();
  const bool link =
      ParseInlineTarget() != nullptr && !StartsWithIgnoreCase(text_.substr(position_), tag.close);
  position_ = start;
  return link;
}

// [b] [i] … [url] [img] [code] as older forums write them.
bool InlineParser::BracketTag() {
  if (PlainTag()) return true;
  const std::string_view rest = text_.substr(position_, 2048);
  if (StartsWithIgnoreCase(rest, "[/url]")) {
    PushDelimiter(static_cast<uint8_t>(Mark::kUrl), 6, false, true);
    return true;
  }
  if (StartsWithIgnoreCase(rest, "[url=")) {
    const size_t end = rest.find_first_of("[]\n", 5);
    if (end == std::string_view::npos || rest[end] != ']') return false;
    PushDelimiter(static_cast<uint8_t>(Mark::kUrl), end + 1, true, false);
    return true;
  }
  const bool image = StartsWithIgnoreCase(rest, "[img]");
  if (image || StartsWithIgnoreCase(rest, "[url]")) {
    const size_t end = rest.find_first_of("[\n", 5);
    if (end == std::string_view::npos ||
        !StartsWithIgnoreCase(rest.substr(end), image ? "[/img]" : "[/url]"))
      return false;
    const std::string_view url = Trim(rest.substr(5, end - 5));
    FlushText(position_);
    const int32_t index = Push(image ? InlineKind::kImage : InlineKind::kAddress, url);
    nodes_[static_cast<size_t>(index)].target = Keep(std::string(url), "");
    if (image) Push(InlineKind::kImageEnd, {});
    position_ = text_start_ = position_ + end + 6;
    return true;
  }
  if (StartsWithIgnoreCase(rest, "[code]")) {
    if (code_tag_end_ <= position_) code_tag_end_ = FindIgnoreCase(text_, "[/code]", position_);
    if (code_tag_end_ == std::string_view::npos) return false;
    FlushText(position_);
    Push(InlineKind::kCode, text_.substr(position_ + 6, code_tag_end_ - position_ - 6));
    position_ = text_start_ = code_tag_end_ + 7;
    return true;
  }
  return false;
}

bool InlineParser::OpenBracket() {
  const bool image = text_[position_] == '!';
  const size_t end = position_ + (image ? 2 : 1);
  if (!brackets_.empty()) brackets_.back().bracket_after = true;
  Take(InlineKind::kText, end);
  brackets_.push_back({last_, last_delimiter_, end, image, false});
  return true;
}

bool InlineParser::CloseBracket() {
  if (brackets_.empty()) return false;
  const Bracket bracket = brackets_.back();
  brackets_.pop_back();
  const bool inactive = !bracket.image && brackets_.size() < link_floor_;
  link_floor_ = std::min(link_floor_, brackets_.size());
  if (inactive) return false;
  const size_t close = position_;
  ++position_;
  const Target* target = ParseTarget(bracket);
  if (target == nullptr) {
    position_ = close;
    return false;
  }
  const size_t end = position_;
  position_ = close;
  FlushText(close);
  Inline& opener = nodes_[static_cast<size_t>(bracket.node)];
  opener.kind = bracket.image ? InlineKind::kImage : InlineKind::kLink;
  opener.text = {};
  opener.target = target;
  ProcessDelimiters(bracket.delimiter_floor);
  Push(bracket.image ? InlineKind::kImageEnd : InlineKind::kLinkEnd, {});
  position_ = text_start_ = end;
  if (!bracket.image) link_floor_ = brackets_.size();
  return true;
}

// With position_ behind the "]": on success the target is parsed and position_ behind all of it.
const Target* InlineParser::ParseTarget(const Bracket& bracket) {
  const size_t close = position_ - 1;
  if (const Target* target = ParseInlineTarget()) return target;
  if (references_.empty()) return nullptr;
  std::string_view label;
  size_t end = position_;
  if (position_ < text_.size() && text_[position_] == '[') {
    if (const auto given = ParseLabel(text_, &end)) {
      label = *given;
    } else if (text_.substr(position_, 2) == "[]") {
      end = position_ + 2;
    }
  }
  if (label.empty()) {
    if (bracket.bracket_after) return nullptr;
    label = text_.substr(bracket.position, close - bracket.position);
  }
  const Target* found = references_.Find(label);
  if (found != nullptr) position_ = end;
  return found;
}

const Target* InlineParser::ParseInlineTarget() {
  if (position_ >= text_.size() || text_[position_] != '(') return nullptr;
  const auto skip = [&](size_t at) {
    while (at < text_.size() && IsSpace(text_[at])) ++at;
    return at;
  };
  size_t at = skip(position_ + 1);
  const auto url = ParseDestination(text_, &at);
  if (!url) return nullptr;
  size_t after = skip(at);
  std::string_view title;
  if (after > at) {
    if (const auto found = ParseTitle(text_, &after)) {
      title = *found;
      after = skip(after);
    }
  }
  if (after >= text_.size() || text_[after] != ')') return nullptr;
  position_ = after + 1;
  return Keep(Unescape(*url), Unescape(title));
}

}  // namespace forium::markdown
