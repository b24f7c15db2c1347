// SPDX-License-Identifier: Apache-2.0
// The half of InlineParser that pairs marks: emphasis, strikethrough, spoilers and plain tags all
// go through one delimiter list, which keeps them well nested and the cost linear.
#include <algorithm>
#include <array>

#include "services/forum/markdown/inlines.h"
#include "services/forum/markdown/text.h"

namespace forium::markdown {
namespace {

// Types of delimiters: the marks, and emphasis written with "_" apart from that with "*".
constexpr uint8_t kStarType = static_cast<uint8_t>(Mark::kEmphasis);
constexpr uint8_t kUnderscoreType = static_cast<uint8_t>(Mark::kStrong);
constexpr uint8_t kStrikeType = static_cast<uint8_t>(Mark::kStrike);
constexpr uint8_t kBarType = static_cast<uint8_t>(Mark::kBarSpoiler);
constexpr size_t kMaxTypes = 32;

}  // namespace

bool InlineParser::DelimiterRun(char c) {
  const size_t end = std::min(text_.find_first_not_of(c, position_), text_.size());
  const size_t length = end - position_;
  if ((c == '~' || c == '|') && length != 2) {
    position_ = end;
    return true;
  }
  const char32_t before = CharacterBefore(text_, position_), after = CharacterAt(text_, end);
  const bool space_before = before == 0 || IsUnicodeSpace(before),
             space_after = after == 0 || IsUnicodeSpace(after);
  const bool mark_before = IsUnicodePunctuation(before), mark_after = IsUnicodePunctuation(after);
  const bool left = !space_after && (!mark_after || space_before || mark_before);
  const bool right = !space_before && (!mark_before || space_after || mark_after);
  bool can_open = left, can_close = right;
  if (c == '_') {
    can_open = left && (!right || mark_before);
    can_close = right && (!left || mark_after);
  } else if (c == '|') {
    // Also the "or" of programmers: a spoiler begins and ends at the edge of a word.
    can_open = !space_after && (space_before || mark_before);
    can_close = !space_before && (space_after || mark_after);
  }
  if (!can_open && !can_close) {
    position_ = end;
    return true;
  }
  const uint8_t type = c == '*'   ? kStarType
                       : c == '_' ? kUnderscoreType
                       : c == '~' ? kStrikeType
                                  : kBarType;
  PushDelimiter(type, length, can_open, can_close);
  return true;
}

void InlineParser::PushDelimiter(uint8_t type, size_t length, bool can_open, bool can_close) {
  Take(InlineKind::kText, position_ + length);
  const auto index = static_cast<int32_t>(delimiters_.size());
  const bool counted = type == kStarType || type == kUnderscoreType;
  const uint32_t count = counted ? static_cast<uint32_t>(length) : 1;
  delimiters_.push_back({last_, last_delimiter_, -1, type, can_open, can_close, count, count});
  if (last_delimiter_ >= 0) delimiters_[static_cast<size_t>(last_delimiter_)].next = index;
  last_delimiter_ = index;
}

void InlineParser::RemoveDelimiter(int32_t index) {
  const Delimiter& gone = delimiters_[static_cast<size_t>(index)];
  if (gone.previous >= 0) delimiters_[static_cast<size_t>(gone.previous)].next = gone.next;
  if (gone.next >= 0) {
    delimiters_[static_cast<size_t>(gone.next)].previous = gone.previous;
  } else {
    last_delimiter_ = gone.previous;
  }
}

// Pairs the delimiters behind `floor` and forgets them. For each kind of closer it remembers below
// which place no opener can be, as CommonMark's reference algorithm does.
void InlineParser::ProcessDelimiters(int32_t floor) {
  if (last_delimiter_ <= floor) return;
  std::array<int32_t, kMaxTypes * 6> bottom;
  bottom.fill(floor);
  int32_t closer = last_delimiter_;
  while (delimiters_[static_cast<size_t>(closer)].previous > floor)
    closer = delimiters_[static_cast<size_t>(closer)].previous;
  while (closer >= 0) {
    const Delimiter& close = delimiters_[static_cast<size_t>(closer)];
    if (!close.can_close) {
      closer = close.next;
      continue;
    }
    const bool counted = close.type == kStarType || close.type == kUnderscoreType;
    int32_t& lowest =
        bottom[close.type * 6u + (counted ? (close.can_open ? 3u : 0u) + close.length % 3 : 0u)];
    int32_t opener = close.previous;
    for (; opener > lowest; opener = delimiters_[static_cast<size_t>(opener)].previous) {
      const Delimiter& open = delimiters_[static_cast<size_t>(opener)];
      if (open.type != close.type || !open.can_open) continue;
      const bool odd = counted && (open.can_close || close.can_open) &&
                       (open.length + close.length) % 3 == 0 &&
                       !(open.length % 3 == 0 && close.length % 3 == 0);
      if (!odd) break;
    }
    if (opener > lowest) {
      Match(opener, closer);
      delimiters_[static_cast<size_t>(opener)].next = closer;
      delimiters_[static_cast<size_t>(closer)].previous = opener;
      if (delimiters_[static_cast<size_t>(opener)].left == 0) RemoveDelimiter(opener);
      if (delimiters_[static_cast<size_t>(closer)].left == 0) {
        const int32_t next = delimiters_[static_cast<size_t>(closer)].next;
        RemoveDelimiter(closer);
        closer = next;
      }
    } else {
      lowest = close.previous;
      const int32_t next = close.next;
      if (!close.can_open) RemoveDelimiter(closer);
      closer = next;
    }
  }
  last_delimiter_ = floor;
  if (floor >= 0) delimiters_[static_cast<size_t>(floor)].next = -1;
}

// Wraps what stands between the two delimiters.
void InlineParser::Match(int32_t opener, int32_t closer) {
  Delimiter& open = delimiters_[static_cast<size_t>(opener)];
  Delimiter& close = delimiters_[static_cast<size_t>(closer)];
  const bool counted = open.type == kStarType || open.type == kUnderscoreType;
  const uint32_t used = counted && open.left >= 2 && close.left >= 2 ? 2 : 1;
  const Mark mark = !counted    ? static_cast<Mark>(open.type)
                    : used == 2 ? Mark::kStrong
                                : Mark::kEmphasis;
  open.left -= used;
  close.left -= used;
  std::string_view address;
  {
    Inline& from = nodes_[static_cast<size_t>(open.node)];
    Inline& to = nodes_[static_cast<size_t>(close.node)];
    if (mark == Mark::kUrl) address = from.text.substr(5, from.text.size() - 6);
    from.text.remove_suffix(counted ? used : from.text.size());
    to.text.remove_suffix(counted ? used : to.text.size());
  }
  const int32_t opening = Insert(InlineKind::kOpen, nodes_[static_cast<size_t>(open.node)].next);
  nodes_[static_cast<size_t>(opening)].mark = mark;
  nodes_[static_cast<size_t>(opening)].text = address;
  const int32_t closing = Insert(InlineKind::kClose, close.node);
  nodes_[static_cast<size_t>(closing)].mark = mark;
}

}  // namespace forium::markdown
