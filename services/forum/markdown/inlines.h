// SPDX-License-Identifier: Apache-2.0
#pragma once

// The inline structure of one paragraph, heading or table cell, as a flat list of nodes in which
// openings and closings are always well nested. Reused from leaf to leaf; not thread-safe.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "services/forum/markdown/links.h"

namespace forium::markdown {

// Marks that wrap text. The first ones come from punctuation, the others from plain tags.
enum class Mark : uint8_t { kEmphasis, kStrong, kStrike, kBarSpoiler, kUrl, kFirstTag };

struct MarkTag {
  std::string_view open, close;            // as written
  std::string_view html_open, html_close;  // as shown
};
// The tag of a mark >= kFirstTag.
const MarkTag& TagOf(Mark mark);

enum class InlineKind : uint8_t {
  kText,
  kBreak,
  kCode,
  kEntity,
  kOpen,   // mark; for kUrl `text` is the address
  kClose,  // mark
  kLink,   // target
  kLinkEnd,
  kImage,  // target
  kImageEnd,
  kAddress,  // bare or <…> address in `text`; target.url when it differs
  kMention,  // "@name" in `text`
  kEmoji,    // the character in `text`
};

struct Inline {
  InlineKind kind = InlineKind::kText;
  Mark mark = Mark::kEmphasis;
  int32_t next = -1, previous = -1;
  const Target* target = nullptr;
  std::string_view text;
};

class InlineParser {
 public:
  explicit InlineParser(const References& references) : references_(references) {}

  // The nodes live until the next call; views point into `text` or constants.
  void Parse(std::string_view text);
  int32_t first() const { return first_; }
  const Inline& node(int32_t index) const { return nodes_[static_cast<size_t>(index)]; }

 private:
  struct Delimiter {
    int32_t node;
    int32_t previous, next;
    uint8_t type;  // index of the mark; emphasis by * and by _ differ
    bool can_open, can_close;
    uint32_t length, left;
  };
  struct Bracket {
    int32_t node;
    int32_t delimiter_floor;
    size_t position;  // behind the bracket
    bool image;
    bool bracket_after;
  };

  void Reset(std::string_view text);
  void Step(char c);
  int32_t Push(InlineKind kind, std::string_view text);
  int32_t Insert(InlineKind kind, int32_t before);
  void FlushText(size_t end);
  void Take(InlineKind kind, size_t end);
  void TakeAddress(InlineKind kind, size_t start, size_t end, std::string url);

  bool Backslash();
  bool LineBreak();
  bool CodeSpan();
  bool Colon();
  bool Emoticon();
  bool At();
  bool Angle();
  bool OpenBracket();
  bool BracketTag();
  bool CloseBracket();
  const Target* ParseTarget(const Bracket& bracket);
  const Target* ParseInlineTarget();
  const Target* Keep(std::string url, std::string title);
  bool PlainTag();
  bool IsLinkText(const MarkTag& tag);

  // emphasis.cc
  bool DelimiterRun(char c);
  void PushDelimiter(uint8_t type, size_t length, bool can_open, bool can_close);
  void ProcessDelimiters(int32_t floor);
  void Match(int32_t opener, int32_t closer);
  void RemoveDelimiter(int32_t index);

  const References& references_;
  std::string_view text_;
  size_t position_ = 0;
  size_t text_start_ = 0;
  std::vector<Inline> nodes_;
  std::deque<Target> targets_;  // those written in place; its elements stay where they are
  std::vector<Delimiter> delimiters_;
  std::vector<Bracket> brackets_;
  int32_t first_ = -1, last_ = -1;
  int32_t last_delimiter_ = -1;
  size_t link_floor_ = 0;  // link openers below are inactive: links do not nest
  static constexpr size_t kMaxBackticks = 80;
  size_t backtick_runs_[kMaxBackticks + 1] = {};
  bool backticks_met_ = false, backticks_scanned_ = false;
  size_t code_tag_end_ = 0;
};

}  // namespace forium::markdown
