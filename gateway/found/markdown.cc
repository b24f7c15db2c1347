// SPDX-License-Identifier: Apache-2.0
#include "gateway/found/markdown.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "gateway/found/html_reader.h"
#include "gateway/found/plain_text.h"
#include "gateway/http/ascii.h"

namespace forium::gateway {
namespace {

// Quotes and lists deeper than this are written at this depth.
constexpr size_t kDeepest = 16;

bool IsWord(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return absl::ascii_isalnum(byte) || byte >= 0x80;
}

// Whether a character means something to Markdown wherever it stands.
bool IsMarkup(std::string_view text, size_t i) {
  switch (text[i]) {
    case '\\':
    case '`':
    case '*':
    case '[':
    case ']':
    case '<':
    case '|':
    case '~':
      return true;
    case '_':  // within a word it is a letter
      return i == 0 || i + 1 == text.size() || !IsWord(text[i - 1]) || !IsWord(text[i + 1]);
    default:
      return false;
  }
}

std::string Escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 8);
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsMarkup(text, i)) out += '\\';
    out += text[i];
  }
  return out;
}

// What begins a heading, a list, a quote or a rule, as the first of a line, is text.
std::string WithPlainStart(std::string line) {
  if (line.empty()) return line;
  const std::string_view special = "#>-+=";
  if (special.find(line[0]) != std::string_view::npos) return "\\" + line;
  const size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  if (digits > 0 && digits < line.size() && (line[digits] == '.' || line[digits] == ')')) {
    line.insert(digits, 1, '\\');
  }
  return line;
}

// As long as needed to hold `text` as code.
std::string FenceFor(std::string_view text, size_t least) {
  size_t longest = 0;
  size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return std::string(std::max(least, longest + 1), '`');
}

// An address that ends neither its parentheses nor its line.
std::string AddressOf(const HtmlPiece& piece, std::string_view attribute, std::string_view base) {
  std::string out;
  for (const char c : Absolute(piece.Attribute(attribute), base)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || c == '(' || c == ')' || c == '<' || c == '>' || c == '\\') {
      constexpr char kDigits[] = "0123456789ABCDEF";
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    } else {
      out += c;
    }
  }
  return out;
}

class Writer {
 public:
  explicit Writer(std::string_view base) : base_(base) {}

  std::string Write(std::string_view html) {
    HtmlReader reader(html);
    for (HtmlPiece piece; reader.Next(piece);) {
      switch (piece.kind) {
        case HtmlPiece::Kind::kText:
          Text(piece.source);
          break;
        case HtmlPiece::Kind::kOpen:
          Open(piece, reader);
          break;
        case HtmlPiece::Kind::kClose:
          Close(piece.name);
          break;
      }
    }
    EndBlock();
    return std::move(out_);
  }

 private:
  struct Level {
    std::string prefix = {};  // of each line
    std::string marker = {};  // in place of it on the next line, once: of a list's item
    bool list = false;
    bool ordered = false;
    bool begun = false;
    int number = 1;
  };

  void Text(std::string_view source) {
    for (const char c : Escaped(ResolveReferences(source))) {
      if (static_cast<unsigned char>(c) > ' ') {
        line_ += c;
      } else if (!line_.empty() && line_.back() != ' ' && line_.back() != '\n') {
        line_ += ' ';
      }
    }
  }

  void Open(const HtmlPiece& piece, HtmlReader& reader) {
    const std::string_view name = piece.name;
    if (name == "pre") return Code(reader);
    if (name == "code") return InlineCode(reader);
    if (name == "br") {
      line_ += "\\\n";
    } else if (name == "a") {
      links_.push_back(AddressOf(piece, "href", base_));
      line_ += '[';
    } else if (name == "img") {
      line_ += Concat({"![", Escaped(Shortened(piece.Attribute("alt"), 200)), "](",
                       AddressOf(piece, "src", base_), ")"});
    } else if (name == "input") {
      line_ += piece.Attribute("checked").empty() ? "[ ] " : "[x] ";
    } else if (const std::string_view mark = MarkOf(name); !mark.empty()) {
      line_ += mark;
    } else {
      OpenBlock(piece);
    }
  }

  void OpenBlock(const HtmlPiece& piece) {
    const std::string_view name = piece.name;
    if (name == "span" || name == "label") return;
    if (name == "td" || name == "th") {
      cells_ += name == "th" || first_row_ ? 1 : 0;
      line_ += line_.empty() ? "| " : " | ";
      in_table_ = true;
      return;
    }
    EndBlock();
    if (name == "table") first_row_ = true;
    if (name == "hr") Block("---");
    if (name == "blockquote") Push({.prefix = "> "});
    if (name == "ul") Push({.list = true});
    if (name == "ol") {
      const std::string start = piece.Attribute("start");
      Push({.list = true, .ordered = true, .number = start.empty() ? 1 : std::atoi(start.c_str())});
    }
    if (name == "li" && !levels_.empty()) OpenItem();
    if (name.size() == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6') {
      heading_ = std::string(static_cast<size_t>(name[1] - '0'), '#') + " ";
    }
  }

  void OpenItem() {
    Level& list = levels_.back();
    if (!list.list) return;
    list.marker = list.ordered ? Concat({std::to_string(list.number++), ". "}) : "- ";
    list.prefix = std::string(list.marker.size(), ' ');
    tight_ = list.begun || levels_.size() > 1;
    list.begun = true;
  }

  void Close(std::string_view name) {
    if (name == "a") {
      if (links_.empty()) return;
      line_ += Concat({"](", links_.back(), ")"});
      links_.pop_back();
    } else if (const std::string_view mark = MarkOf(name); !mark.empty()) {
      line_ += mark;
    } else if (name == "tr") {
      EndRow();
    } else if (name != "span" && name != "label" && name != "td" && name != "th") {
      EndBlock();
      if (name == "blockquote" || name == "ul" || name == "ol") Pop();
    }
  }

  static std::string_view MarkOf(std::string_view name) {
    if (name == "em" || name == "i" || name == "cite") return "*";
    if (name == "strong" || name == "b" || name == "summary" || name == "dt") return "**";
    if (name == "del" || name == "s") return "~~";
    return "";
  }

  // The text up to the closing tag, as it is.
  static std::string TextUntil(HtmlReader& reader, std::string_view end, std::string* language) {
    std::string text;
    for (HtmlPiece piece; reader.Next(piece);) {
      if (piece.kind == HtmlPiece::Kind::kClose && piece.name == end) break;
      if (piece.kind == HtmlPiece::Kind::kText) text += ResolveReferences(piece.source);
      if (piece.kind != HtmlPiece::Kind::kOpen || piece.name != "code") continue;
      const std::string kind = piece.Attribute("class");
      if (language != nullptr && kind.starts_with("language-")) *language = kind.substr(9);
    }
    return text;
  }

  void Code(HtmlReader& reader) {
    EndBlock();
    std::string language;
    std::string text = TextUntil(reader, "pre", &language);
    if (text.ends_with('\n')) text.pop_back();
    const std::string fence = FenceFor(text, 3);
    Block(Concat({fence, language, "\n", text, "\n", fence}));
  }

  void InlineCode(HtmlReader& reader) {
    std::string text = TextUntil(reader, "code", nullptr);
    std::replace(text.begin(), text.end(), '\n', ' ');
    const std::string fence = FenceFor(text, 1);
    const bool apart = text.empty() || text.front() == '`' || text.back() == '`';
    line_ += Concat({fence, apart ? " " : "", text, apart ? " " : "", fence});
  }

  void EndRow() {
    if (line_.empty()) return;
    line_ += " |";
    if (first_row_) {
      line_ += "\n|";
      for (int i = 0; i < std::max(cells_, 1); ++i) line_ += " --- |";
    }
    tight_ = !first_row_;
    first_row_ = false;
    cells_ = 0;
    EndBlock();
    tight_ = true;
    in_table_ = false;
  }

  void EndBlock() {
    while (!line_.empty() && (line_.back() == ' ' || line_.back() == '\n')) line_.pop_back();
    while (line_.ends_with('\\') && !line_.ends_with("\\\\"))
      line_.pop_back();  // a break at the end
    std::string line = std::exchange(line_, "");
    const std::string heading = std::exchange(heading_, "");
    if (line.empty()) return;
    if (!in_table_) line = WithPlainStarts(line);
    Block(heading + line);
  }

  static std::string WithPlainStarts(std::string_view lines) {
    std::string out;
    while (true) {
      const size_t end = lines.find('\n');
      out += WithPlainStart(std::string(lines.substr(0, end)));
      if (end == std::string_view::npos) return out;
      out += '\n';
      lines.remove_prefix(end + 1);
    }
  }

  void Block(std::string_view text) {
    if (!out_.empty()) {
      out_ += '\n';
      if (!std::exchange(tight_, false)) out_ += Trimmed(Prefix()) + "\n";
    }
    tight_ = false;
    while (true) {
      const size_t end = text.find('\n');
      out_ += Trimmed(Markers() + std::string(text.substr(0, end)));
      if (end == std::string_view::npos) return;
      out_ += '\n';
      text.remove_prefix(end + 1);
    }
  }

  static std::string Trimmed(std::string line) {
    while (line.ends_with(' ')) line.pop_back();
    return line;
  }

  std::string Prefix() const {
    std::string prefix;
    for (const Level& level : levels_) prefix += level.marker.empty() ? level.prefix : "";
    return prefix;
  }
  std::string Markers() {
    std::string prefix;
    for (Level& level : levels_) {
      prefix += level.marker.empty() ? level.prefix : level.marker;
      level.marker.clear();
    }
    return prefix;
  }

  void Push(Level level) {
    if (levels_.size() < kDeepest) {
      levels_.push_back(std::move(level));
    } else {
      ++too_deep_;
    }
  }
  void Pop() {
    if (too_deep_ > 0) {
      --too_deep_;
    } else if (!levels_.empty()) {
      levels_.pop_back();
    }
  }

  const std::string_view base_;
  std::string out_;
  std::string line_;  // the block that is being gathered
  std::string heading_;
  std::vector<Level> levels_;
  std::vector<std::string> links_;
  size_t too_deep_ = 0;
  int cells_ = 0;
  bool first_row_ = false;
  bool in_table_ = false;
  bool tight_ = false;  // no empty line before the next block
};

}  // namespace

std::string MarkdownOf(std::string_view html, std::string_view base) {
  return Writer(base).Write(html);
}

std::string MarkdownLine(std::string_view text) {
  return WithPlainStart(Escaped(Shortened(text, 1000)));
}

}  // namespace forium::gateway
