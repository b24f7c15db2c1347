// SPDX-License-Identifier: Apache-2.0
#include "services/forum/markdown/blocks.h"

#include <algorithm>

#include "services/forum/markdown/text.h"

namespace forium::markdown {
namespace {

struct ListMarker {
  char kind;  // - + * or the . ) behind a number
  uint32_t number = 0;
  size_t length = 0;
};

class BlockParser {
 public:
  Document Parse(std::string_view source) {
    document_.text.reserve(source.size() + 64);
    document_.blocks.reserve(source.size() / 40 + 8);
    document_.blocks.emplace_back();
    open_.push_back(0);
    for (const SourceLine& line : SplitLines(source)) {
      line_ = line.text;
      position_ = column_ = 0;
      inside_tab_ = false;
      ProcessLine(line);
    }
    CloseDownTo(0);
    return std::move(document_);
  }

 private:
  Block& At(size_t depth) { return document_.blocks[static_cast<size_t>(open_[depth])]; }
  Block& Tip() { return At(open_.size() - 1); }
  Block& Container() { return At(matched_ - 1); }

  void ProcessLine(const SourceLine& line) {
    if (line.kind == SourceLine::Kind::kVerbatim) return AppendVerbatim();
    if (line.kind == SourceLine::Kind::kClose && CloseTag(line)) return;
    if (!MatchContainers()) return;
    opened_block_ = false;
    if (Container().kind != BlockKind::kCode && !OpenBlocks(line)) return;
    AddText();
  }

  void AppendVerbatim() {
    if (Tip().kind != BlockKind::kCode) return;
    document_.text.append(line_) += '\n';
    Tip().end = static_cast<uint32_t>(document_.text.size());
    previous_blank_ = false;
  }

  bool CloseTag(const SourceLine& line) {
    for (size_t depth = open_.size(); depth-- > 1;) {
      const Block& block = At(depth);
      if (block.number != line.pair || block.tag != line.tag) continue;
      if (block.kind != BlockKind::kTagged && block.kind != BlockKind::kCode) continue;
      CloseDownTo(depth);
      previous_blank_ = false;
      return true;
    }
    return false;
  }

  // Sets matched_; false when the line was the end of a fenced block.
  bool MatchContainers() {
    for (matched_ = 1; matched_ < open_.size(); ++matched_) {
      FindNonspace();
      const Match match = Continue(At(matched_));
      if (match == Match::kEndOfFence) {
        CloseDownTo(matched_);
        previous_blank_ = false;
        return false;
      }
      if (match == Match::kNo) break;
    }
    return true;
  }

  enum class Match { kYes, kNo, kEndOfFence };

  Match Continue(const Block& block) {
    switch (block.kind) {
      case BlockKind::kBlockQuote:
        if (indent_ > 3 || blank_ || line_[nonspace_] != '>') return Match::kNo;
        SkipQuoteMarker();
        return Match::kYes;
      case BlockKind::kItem:
        if (blank_) {
          if (block.first < 0) return Match::kNo;
          SkipToNonspace();
          return Match::kYes;
        }
        if (indent_ < block.indent) return Match::kNo;
        Advance(block.indent);
        return Match::kYes;
      case BlockKind::kCode:
        return ContinueCode(block);
      case BlockKind::kParagraph:
      case BlockKind::kTable:
        return blank_ ? Match::kNo : Match::kYes;
      default:
        return Match::kYes;
    }
  }

  Match ContinueCode(const Block& block) {
    if (block.fence == 0) {
      if (block.tag == Tag::kCode) return Match::kNo;
      if (indent_ >= 4) {
        Advance(4);
      } else if (blank_) {
        SkipToNonspace();
      } else {
        return Match::kNo;
      }
      return Match::kYes;
    }
    if (indent_ <= 3 && !blank_ && line_[nonspace_] == block.marker) {
      const size_t end = std::min(line_.find_first_not_of(block.marker, nonspace_), line_.size());
      if (end - nonspace_ >= block.fence &&
          line_.find_first_not_of(" \t", end) == std::string_view::npos)
        return Match::kEndOfFence;
    }
    Advance(std::min<size_t>(block.indent, indent_));
    return Match::kYes;
  }

  // Opens what starts on this line; false when nothing of the line is left.
  bool OpenBlocks(const SourceLine& line) {
    while (true) {
      FindNonspace();
      if (blank_) return true;
      if (indent_ >= 4) {
        if (Tip().kind != BlockKind::kParagraph && Container().kind != BlockKind::kTable) {
          Advance(4);
          Add(BlockKind::kCode);
        }
        return true;
      }
      if (line.kind == SourceLine::Kind::kOpen && nonspace_ == line.tag_offset &&
          matched_ < kMaxDepth) {
        OpenTag(line);
        return false;
      }
      const char c = line_[nonspace_];
      if (c == '>' && matched_ < kMaxDepth) {
        SkipQuoteMarker();
        Add(BlockKind::kBlockQuote);
        continue;
      }
      if ((c == '#' && OpenHeading()) || ((c == '`' || c == '~') && OpenFence(c))) return false;
      if (Container().kind == BlockKind::kParagraph &&
          (c == '=' || c == '-' || c == '|' || c == ':') && (Underline(c) || OpenTable()))
        return false;
      if ((c == '*' || c == '-' || c == '_') && IsRule(c)) {
        Add(BlockKind::kRule);
        open_.pop_back();
        return false;
      }
      if (matched_ + 1 >= kMaxDepth || !OpenItem()) return true;
    }
  }

  void OpenTag(const SourceLine& line) {
    Block& block = Add(line.tag == Tag::kCode ? BlockKind::kCode : BlockKind::kTagged);
    block.tag = line.tag;
    block.number = line.pair;
    block.info = line_.substr(nonspace_);
  }

  bool OpenHeading() {
    const size_t end = std::min(line_.find_first_not_of('#', nonspace_), line_.size());
    if (end - nonspace_ > 6 || (end < line_.size() && !IsBlank(line_[end]))) return false;
    std::string_view text = Trim(line_.substr(end));
    if (const size_t last = text.find_last_not_of('#'); last == std::string_view::npos) {
      text = {};
    } else if (last + 1 < text.size() && IsBlank(text[last])) {
      text = Trim(text.substr(0, last));
    }
    Block& heading = Add(BlockKind::kHeading);
    heading.level = static_cast<uint8_t>(end - nonspace_);
    document_.text.append(text);
    heading.end = static_cast<uint32_t>(document_.text.size());
    open_.pop_back();
    return true;
  }

  bool OpenFence(char mark) {
    const size_t end = std::min(line_.find_first_not_of(mark, nonspace_), line_.size());
    if (end - nonspace_ < 3) return false;
    if (mark == '`' && line_.find('`', end) != std::string_view::npos) return false;
    Block& code = Add(BlockKind::kCode);
    code.marker = mark;
    code.fence = static_cast<uint32_t>(end - nonspace_);
    code.indent = static_cast<uint32_t>(indent_);
    code.info = Trim(line_.substr(end));
    return true;
  }

  // "===" or "---" under a paragraph makes it a heading.
  bool Underline(char c) {
    if (c != '=' && c != '-') return false;
    const size_t end = std::min(line_.find_first_not_of(c, nonspace_), line_.size());
    if (line_.find_first_not_of(" \t", end) != std::string_view::npos) return false;
    Block& paragraph = Container();
    paragraph.begin +=
        static_cast<uint32_t>(document_.references.TakeDefinitions(document_.TextOf(paragraph)));
    if (paragraph.begin == paragraph.end) return false;
    paragraph.kind = BlockKind::kHeading;
    paragraph.level = c == '=' ? 1 : 2;
    open_.pop_back();
    return true;
  }

  // A delimiter row under a paragraph makes its last line the header of a table.
  bool OpenTable() {
    const std::string_view rule = Trim(line_.substr(nonspace_));
    if (rule.find('|') == std::string_view::npos ||
        rule.find_first_not_of("|-: \t") != std::string_view::npos)
      return false;
    const auto cells = SplitRow(rule);
    for (std::string_view cell : cells) {
      if (cell.starts_with(':')) cell.remove_prefix(1);
      if (cell.ends_with(':')) cell.remove_suffix(1);
      if (cell.empty() || cell.find_first_not_of('-') != std::string_view::npos) return false;
    }
    Block& paragraph = Container();
    const std::string_view text = document_.TextOf(paragraph);
    const size_t line_end = text.rfind('\n');
    const size_t start = line_end == std::string_view::npos ? 0 : line_end + 1;
    if (cells.size() > kMaxTableColumns || SplitRow(text.substr(start)).size() != cells.size())
      return false;
    const uint32_t begin = paragraph.begin + static_cast<uint32_t>(start);
    paragraph.end = start == 0 ? paragraph.begin : begin - 1;
    CloseDownTo(matched_ - 1);
    --matched_;
    Add(BlockKind::kTable).begin = begin;
    AppendLine(rule);
    return true;
  }

  bool IsRule(char c) const {
    size_t count = 0;
    for (const char next : line_.substr(nonspace_)) {
      if (next == c) {
        ++count;
      } else if (!IsBlank(next)) {
        return false;
      }
    }
    return count >= 3;
  }

  bool OpenItem() {
    const ListMarker marker = ParseMarker();
    if (marker.length == 0) return false;
    const size_t marker_indent = indent_;
    SkipToNonspace();
    Advance(marker.length);
    const size_t position = position_, column = column_;
    const bool inside_tab = inside_tab_;
    FindNonspace();
    size_t padding = marker.length + indent_;
    if (blank_ || indent_ > 4) {  // an empty item, or one that starts with indented code
      position_ = position, column_ = column, inside_tab_ = inside_tab;
      padding = marker.length + 1;
      Advance(1);
    } else {
      SkipToNonspace();
    }
    CloseUnmatched();
    if (Tip().kind != BlockKind::kList || Tip().marker != marker.kind) {
      Block& list = Add(BlockKind::kList);
      list.marker = marker.kind;
      list.number = marker.number;
    }
    Block& item = Add(BlockKind::kItem);
    item.marker = marker.kind;
    item.indent = static_cast<uint32_t>(marker_indent + padding);
    return true;
  }

  ListMarker ParseMarker() {
    ListMarker marker{line_[nonspace_]};
    size_t end = nonspace_ + 1;
    const bool bullet = marker.kind == '-' || marker.kind == '+' || marker.kind == '*';
    if (!bullet) {
      end = nonspace_;
      while (end < line_.size() && end - nonspace_ < 9 && IsDigit(line_[end]))
        marker.number = marker.number * 10 + static_cast<uint32_t>(line_[end++] - '0');
      if (end == nonspace_ || end >= line_.size() || (line_[end] != '.' && line_[end] != ')'))
        return {};
      marker.kind = line_[end++];
    }
    if (end < line_.size() && !IsBlank(line_[end])) return {};
    if (Container().kind == BlockKind::kParagraph) {
      const bool empty = line_.find_first_not_of(" \t", end) == std::string_view::npos;
      if (empty || (!bullet && marker.number != 1)) return {};
    }
    marker.length = end - nonspace_;
    return marker;
  }

  void AddText() {
    FindNonspace();
    const bool lazy =
        !opened_block_ && matched_ < open_.size() && !blank_ && Tip().kind == BlockKind::kParagraph;
    if (!lazy) CloseUnmatched();
    Block& tip = Tip();
    if (blank_) {
      const bool fenced = tip.kind == BlockKind::kCode && tip.fence > 0;
      previous_blank_ = tip.kind != BlockKind::kBlockQuote && !fenced &&
                        !(tip.kind == BlockKind::kItem && tip.first < 0);
      if (tip.kind == BlockKind::kCode) AppendCode();
      return;
    }
    if (tip.kind == BlockKind::kCode) {
      AppendCode();
    } else {
      if (tip.kind != BlockKind::kParagraph && tip.kind != BlockKind::kTable)
        Add(BlockKind::kParagraph);
      AppendLine(line_.substr(nonspace_));
    }
    previous_blank_ = false;
  }

  void AppendCode() {
    if (inside_tab_) {
      document_.text.append(4 - column_ % 4, ' ');
      ++position_;
    }
    document_.text.append(line_.substr(std::min(position_, line_.size()))) += '\n';
    Tip().end = static_cast<uint32_t>(document_.text.size());
  }

  void AppendLine(std::string_view text) {
    Block& tip = Tip();
    if (document_.text.size() > tip.begin) document_.text += '\n';
    document_.text.append(text);
    tip.end = static_cast<uint32_t>(document_.text.size());
  }

  // Adds a block under the innermost matched one and opens it.
  Block& Add(BlockKind kind) {
    CloseUnmatched();
    while (!CanContain(Tip().kind, kind)) CloseDownTo(open_.size() - 1);
    const int32_t parent = open_.back();
    const auto index = static_cast<int32_t>(document_.blocks.size());
    document_.blocks.emplace_back();
    Block& block = document_.blocks.back();
    block.kind = kind;
    block.parent = parent;
    block.begin = block.end = static_cast<uint32_t>(document_.text.size());
    Block& above = document_.blocks[static_cast<size_t>(parent)];
    if (previous_blank_ && above.first >= 0) {
      if (above.kind == BlockKind::kList) above.tight = false;
      if (above.kind == BlockKind::kItem)
        document_.blocks[static_cast<size_t>(above.parent)].tight = false;
    }
    if (above.first < 0) {
      above.first = index;
    } else {
      document_.blocks[static_cast<size_t>(above.last)].next = index;
    }
    above.last = index;
    open_.push_back(index);
    matched_ = open_.size();
    opened_block_ = true;
    return block;
  }

  static bool CanContain(BlockKind parent, BlockKind child) {
    switch (parent) {
      case BlockKind::kDocument:
      case BlockKind::kBlockQuote:
      case BlockKind::kItem:
      case BlockKind::kTagged:
        return child != BlockKind::kItem;
      case BlockKind::kList:
        return child == BlockKind::kItem;
      default:
        return false;
    }
  }

  void CloseUnmatched() {
    if (matched_ < open_.size()) CloseDownTo(matched_);
  }

  void CloseDownTo(size_t depth) {
    while (open_.size() > depth) {
      Block& block = Tip();
      if (block.kind == BlockKind::kParagraph) {
        block.begin +=
            static_cast<uint32_t>(document_.references.TakeDefinitions(document_.TextOf(block)));
      } else if (block.kind == BlockKind::kCode && block.fence == 0 && block.tag == Tag::kNone) {
        const size_t last = document_.TextOf(block).find_last_not_of(" \t\n");
        const size_t line_end =
            document_.text.find('\n', block.begin + (last == std::string_view::npos ? 0 : last));
        block.end = static_cast<uint32_t>(std::min<size_t>(line_end + 1, block.end));
      }
      open_.pop_back();
    }
  }

  void FindNonspace() {
    size_t column = column_;
    nonspace_ = position_;
    for (; nonspace_ < line_.size() && IsBlank(line_[nonspace_]); ++nonspace_)
      column += line_[nonspace_] == '\t' ? 4 - column % 4 : 1;
    blank_ = nonspace_ >= line_.size();
    indent_ = column - column_;
  }

  void SkipToNonspace() {
    column_ += indent_;
    position_ = nonspace_;
    inside_tab_ = false;
  }

  // Forward by columns; a tab may be entered only in part.
  void Advance(size_t columns) {
    while (columns > 0 && position_ < line_.size()) {
      const size_t width = line_[position_] == '\t' ? 4 - column_ % 4 : 1;
      const size_t step = std::min(width, columns);
      column_ += step;
      columns -= step;
      inside_tab_ = step < width;
      if (!inside_tab_) ++position_;
    }
  }

  void SkipQuoteMarker() {
    SkipToNonspace();
    Advance(1);
    if (position_ < line_.size() && IsBlank(line_[position_])) Advance(1);
  }

  Document document_;
  std::vector<int32_t> open_;  // indexes of the open blocks, from the document to the tip
  size_t matched_ = 1;         // how many of them go on in this line
  bool opened_block_ = false;
  bool previous_blank_ = false;

  std::string_view line_;
  size_t position_ = 0, column_ = 0;
  bool inside_tab_ = false;
  size_t nonspace_ = 0, indent_ = 0;
  bool blank_ = false;
};

}  // namespace

Document ParseBlocks(std::string_view source) { return BlockParser().Parse(source); }

std::vector<std::string_view> SplitRow(std::string_view row) {
  row = Trim(row);
  if (row.starts_with('|')) row.remove_prefix(1);
  if (row.ends_with('|') && !row.ends_with("\\|")) row.remove_suffix(1);
  std::vector<std::string_view> cells;
  size_t start = 0;
  for (size_t i = 0; cells.size() <= kMaxTableColumns; ++i) {
    if (i + 1 < row.size() && row[i] == '\\') {
      ++i;
    } else if (i >= row.size() || row[i] == '|') {
      cells.push_back(Trim(row.substr(start, i - start)));
      if (i >= row.size()) break;
      start = i + 1;
    }
  }
  return cells;
}

}  // namespace forium::markdown
