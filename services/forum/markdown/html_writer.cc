// SPDX-License-Identifier: Apache-2.0
#include "services/forum/markdown/html_writer.h"

#include <algorithm>

#include "services/forum/markdown/highlight.h"
#include "services/forum/markdown/html_parts.h"

namespace forium::markdown {

bool HtmlWriter::Write() {
  cooked_.html.reserve(document_.text.size() * 5 / 4 + 64);
  Children(document_.blocks[0], false);
  return !Full();
}

Cooked HtmlWriter::Take() && {
  cooked_.excerpt = std::move(excerpt_).Take();
  return std::move(cooked_);
}

void HtmlWriter::Children(const Block& block, bool tight) {
  for (int32_t child = block.first; child >= 0 && !Full();
       child = document_.blocks[static_cast<size_t>(child)].next)
    WriteBlock(document_.blocks[static_cast<size_t>(child)], tight);
}

void HtmlWriter::WriteBlock(const Block& block, bool tight) {
  excerpt_.Break();
  switch (block.kind) {
    case BlockKind::kParagraph:
      if (block.begin == block.end) return;  // only definitions
      if (!tight) Raw("<p>");
      Inlines(document_.TextOf(block));
      Raw(tight ? "\n" : "</p>\n");
      break;
    case BlockKind::kHeading: {
      const std::string level(1, static_cast<char>('0' + block.level));
      Raw("<h" + level + ">");
      Inlines(document_.TextOf(block));
      Raw("</h" + level + ">\n");
      break;
    }
    case BlockKind::kRule:
      Raw("<hr>\n");
      break;
    case BlockKind::kCode:
      Code(block);
      break;
    case BlockKind::kTable:
      Table(block);
      break;
    case BlockKind::kList:
      List(block);
      break;
    case BlockKind::kItem:
      Item(block, tight);
      break;
    case BlockKind::kTagged:
      Tagged(block);
      break;
    case BlockKind::kBlockQuote:
      ++unsaid_;
      Raw("<blockquote>\n");
      Children(block, false);
      Raw("</blockquote>\n");
      --unsaid_;
      break;
    case BlockKind::kDocument:
      break;
  }
}

void HtmlWriter::List(const Block& list) {
  const bool ordered = list.marker == '.' || list.marker == ')';
  if (!ordered) {
    Raw("<ul>\n");
  } else if (list.number == 1) {
    Raw("<ol>\n");
  } else {
    Raw("<ol start=\"" + std::to_string(list.number) + "\">\n");
  }
  Children(list, list.tight);
  Raw(ordered ? "</ol>\n" : "</ul>\n");
}

void HtmlWriter::Item(const Block& item, bool tight) {
  if (item.first < 0) return Raw("<li></li>\n");
  const Block& first = document_.blocks[static_cast<size_t>(item.first)];
  const std::string_view text =
      first.kind == BlockKind::kParagraph ? document_.TextOf(first) : std::string_view();
  const bool task = text.size() > 4 && text[0] == '[' && text[2] == ']' && IsSpace(text[3]) &&
                    (text[1] == ' ' || Lower(text[1]) == 'x');
  if (!task) {
    Raw("<li>");
    Children(item, tight);
  } else {
    Raw(text[1] == ' ' ? "<li class=\"task\"><label><input type=\"checkbox\" disabled> "
                       : "<li class=\"task\"><label><input type=\"checkbox\" checked disabled> ");
    excerpt_.Break();
    Inlines(Trim(text.substr(4)));
    Raw("</label>");
    for (int32_t child = first.next; child >= 0 && !Full();
         child = document_.blocks[static_cast<size_t>(child)].next)
      WriteBlock(document_.blocks[static_cast<size_t>(child)], tight);
  }
  if (cooked_.html.back() == '\n') cooked_.html.pop_back();
  Raw("</li>\n");
}

void HtmlWriter::Code(const Block& block) {
  cooked_.has_code = true;
  const std::string language =
      LanguageClass(block.tag == Tag::kNone ? Unescape(block.info) : std::string());
  AppendCodeBlock(language, document_.TextOf(block), &cooked_.html);
}

void HtmlWriter::Table(const Block& block) {
  std::string_view rest = document_.TextOf(block);
  const auto line = [&] {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view taken = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return taken;
  };
  const std::string_view header = line();
  const std::vector<std::string_view> alignment = SplitRow(line());
  Raw(kTableOpen);
  Raw("<thead>\n");
  Row(header, alignment.size(), alignment, true);
  Raw("</thead>\n");
  if (!rest.empty()) {
    Raw("<tbody>\n");
    while (!rest.empty() && !Full()) Row(line(), alignment.size(), alignment, false);
    Raw("</tbody>\n");
  }
  Raw(kTableClose);
}

void HtmlWriter::Row(std::string_view row, size_t columns,
                     const std::vector<std::string_view>& alignment, bool header) {
  const std::vector<std::string_view> cells = SplitRow(row);
  Raw("<tr>");
  for (size_t i = 0; i < columns; ++i) {
    if (i >= cells.size() && (padding_left_ == 0 || padding_left_-- == 0)) break;
    const bool left = alignment[i].starts_with(':'), right = alignment[i].ends_with(':');
    Raw(header ? "<th scope=\"col\"" : "<td");
    if (left || right)
      Raw(!right ? " class=\"align-left\""
          : left ? " class=\"align-center\""
                 : " class=\"align-right\"");
    Raw(">");
    excerpt_.Break();
    if (i < cells.size() && cells[i].find("\\|") == std::string_view::npos) {
      Inlines(cells[i]);
    } else if (i < cells.size()) {
      std::string cell(cells[i]);
      for (size_t at = cell.find("\\|"); at != std::string::npos; at = cell.find("\\|", at + 1))
        cell.erase(at, 1);
      Inlines(cell);
    }
    Raw(header ? "</th>" : "</td>");
  }
  Raw("</tr>\n");
}

void HtmlWriter::Tagged(const Block& block) {
  ++unsaid_;
  if (block.tag == Tag::kQuote) {
    ++quotes_;
    AppendQuoteOpen(ParseAttribution(block.info), &cooked_.html);
    Children(block, false);
    Raw("</blockquote>\n");
    --quotes_;
  } else {
    if (block.tag == Tag::kSpoiler) {
      Raw(kSpoilerBlockOpen);
    } else {
      const std::string summary = ParseSummary(block.info);
      Raw("<details><summary>");
      AppendEscaped(summary.empty() ? std::string_view("…") : summary, &cooked_.html);
      Raw("</summary>\n");
    }
    Children(block, false);
    Raw("</details>\n");
  }
  --unsaid_;
}

void HtmlWriter::Inlines(std::string_view text) {
  inlines_.Parse(text);
  links_.clear();
  images_.clear();
  anchors_ = 0;
  for (int32_t i = inlines_.first(); i >= 0 && !Full(); i = inlines_.node(i).next)
    Node(inlines_.node(i));
}

void HtmlWriter::Node(const Inline& node) {
  switch (node.kind) {
    case InlineKind::kText:
    case InlineKind::kEmoji:
      return Text(node.text);
    case InlineKind::kEntity:
      return Entity(node.text);
    case InlineKind::kBreak:
      if (!images_.empty()) return Text(" ");
      excerpt_.Break();
      return Raw("<br>\n");
    case InlineKind::kCode: {
      if (images_.empty()) Raw("<code>");
      std::string_view code = node.text;
      for (size_t end = code.find('\n'); end != std::string_view::npos; end = code.find('\n')) {
        Text(code.substr(0, end));
        Text(" ");
        code.remove_prefix(end + 1);
      }
      Text(code);
      if (images_.empty()) Raw("</code>");
      return;
    }
    case InlineKind::kOpen:
      return OpenMark(node);
    case InlineKind::kClose:
      return CloseMark(node);
    case InlineKind::kLink:
      return OpenLink(node.target->url, node.target->title);
    case InlineKind::kLinkEnd:
      return CloseLink();
    case InlineKind::kImage:
      if (images_.empty()) alt_.clear();
      return images_.push_back(node.target);
    case InlineKind::kImageEnd: {
      const Target* target = images_.back();
      images_.pop_back();
      if (images_.empty()) Image(*target);
      return;
    }
    case InlineKind::kAddress:
      return Address(node);
    case InlineKind::kMention:
      return Mention(node.text);
  }
}

void HtmlWriter::Text(std::string_view text) {
  if (!images_.empty()) {
    alt_ += text;
    return;
  }
  AppendEscaped(text, &cooked_.html);
  if (unsaid_ == 0 && !excerpt_.full()) excerpt_.Append(text);
}

// Names that only browsers know are left to them: in running text no name can do harm.
void HtmlWriter::Entity(std::string_view entity) {
  std::string decoded;
  if (AppendEntity(entity, &decoded)) return Text(decoded);
  if (!images_.empty()) return Text(entity);
  Raw(entity);
  if (unsaid_ == 0) excerpt_.Append(entity);
}

void HtmlWriter::Mention(std::string_view text) {
  std::string name = ToLower(text.substr(1));
  const bool linked = images_.empty() && anchors_ == 0 && linked_mentions_ < kMaxMentions &&
                      (!options_.is_user || options_.is_user(name));
  if (!linked) return Text(text);
  ++linked_mentions_;
  AppendMention(name, text, &cooked_.html);
  if (unsaid_ == 0) excerpt_.Append(text);
  if (quotes_ > 0 ||
      std::find(cooked_.mentions.begin(), cooked_.mentions.end(), name) != cooked_.mentions.end())
    return;
  cooked_.mentions.push_back(std::move(name));
}

void HtmlWriter::Address(const Inline& node) {
  OpenLink(node.target != nullptr ? std::string_view(node.target->url) : node.text, {});
  Text(node.text);
  CloseLink();
}

void HtmlWriter::OpenMark(const Inline& node) {
  if (node.mark == Mark::kUrl) {
    std::string_view url = Trim(node.text);
    if (url.size() > 1 && (url.front() == '"' || url.front() == '\'') && url.back() == url.front())
      url = url.substr(1, url.size() - 2);
    return OpenLink(url, {});
  }
  if (!images_.empty()) return;
  const std::string_view html = TagOf(node.mark).html_open;
  unsaid_ += html.starts_with("<span") ? 1 : 0;
  Raw(html);
}

void HtmlWriter::CloseMark(const Inline& node) {
  if (node.mark == Mark::kUrl) return CloseLink();
  if (!images_.empty()) return;
  const std::string_view html = TagOf(node.mark).html_close;
  unsaid_ -= html == "</span>" ? 1 : 0;
  Raw(html);
}

void HtmlWriter::OpenLink(std::string_view url, std::string_view title) {
  const bool linked = images_.empty() && anchors_ == 0 &&
                      AppendLinkOpen(url, title, options_.site_host, &cooked_.html);
  links_.push_back(linked);
  if (linked) ++anchors_;
}

void HtmlWriter::CloseLink() {
  if (links_.back()) {
    Raw("</a>");
    --anchors_;
  }
  links_.pop_back();
}

// The alternative text may end in Discourse's "|690x388" or "|690x388, 50%".
void HtmlWriter::Image(const Target& target) {
  std::string_view alt = alt_;
  unsigned width = 0, height = 0, percent = 100;
  if (const size_t bar = alt.rfind('|'); bar != std::string_view::npos) {
    size_t at = bar + 1;
    const auto number = [&] {
      unsigned value = 0;
      for (; at < alt.size() && IsDigit(alt[at]) && value < 10000; ++at)
        value = value * 10 + static_cast<unsigned>(alt[at] - '0');
      return value;
    };
    width = number();
    if (at < alt.size() && alt[at] == 'x') {
      ++at;
      height = number();
    }
    if (height > 0 && at < alt.size() && alt[at] == ',') {
      at = std::min(alt.find_first_not_of(' ', at + 1), alt.size());
      percent = number();
      if (at < alt.size() && alt[at] == '%') ++at;
    }
    const bool dimensions = width > 0 && height > 0 && width <= 10000 && height <= 10000 &&
                            percent > 0 && percent <= 100;
    if (dimensions && at == alt.size()) {
      alt = alt.substr(0, bar);
    } else {
      width = height = 0;
    }
  }
  const ImageText image{target.url, alt, target.title,
                        std::max(width > 0 ? 1u : 0u, width * percent / 100),
                        std::max(height > 0 ? 1u : 0u, height * percent / 100)};
  if (!AppendImage(image, &cooked_.html)) Text(alt);
}

}  // namespace forium::markdown
