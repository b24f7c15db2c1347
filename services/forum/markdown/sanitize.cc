// SPDX-License-Identifier: Apache-2.0
#include "services/forum/markdown/sanitize.h"

#include <algorithm>
#include <charconv>

#include "services/base/status/status.h"
#include "services/forum/markdown/emoji.h"
#include "services/forum/markdown/highlight.h"
#include "services/forum/markdown/html_parts.h"
#include "services/forum/markdown/html_tree.h"
#include "services/forum/markdown/links.h"
#include "services/forum/markdown/text.h"

namespace forium::markdown {
namespace {

// Written nesting; what is deeper is dropped. A browser shows it all the same at such depths.
constexpr size_t kMaxWrittenDepth = 100;

enum class Show : uint8_t { kInline, kBlock, kVoid, kUnwrap, kUnwrapBlock, kDrop, kSpecial };

// Elements that stay as they are, without attributes.
Show ShowOf(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_B:
    case GUMBO_TAG_I:
    case GUMBO_TAG_U:
    case GUMBO_TAG_S:
    case GUMBO_TAG_EM:
    case GUMBO_TAG_STRONG:
    case GUMBO_TAG_DEL:
    case GUMBO_TAG_INS:
    case GUMBO_TAG_MARK:
    case GUMBO_TAG_SMALL:
    case GUMBO_TAG_KBD:
    case GUMBO_TAG_SUB:
    case GUMBO_TAG_SUP:
    case GUMBO_TAG_CODE:
      return Show::kInline;
    case GUMBO_TAG_P:
    case GUMBO_TAG_UL:
    case GUMBO_TAG_LI:
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_DD:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_THEAD:
    case GUMBO_TAG_TBODY:
    case GUMBO_TAG_TR:
      return Show::kBlock;
    case GUMBO_TAG_BR:
    case GUMBO_TAG_HR:
      return Show::kVoid;
    case GUMBO_TAG_A:
    case GUMBO_TAG_IMG:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_SPAN:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_ASIDE:
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_TH:
    case GUMBO_TAG_TD:
    case GUMBO_TAG_DETAILS:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_VIDEO:
    case GUMBO_TAG_AUDIO:
    case GUMBO_TAG_STRIKE:
      return Show::kSpecial;
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_NOEMBED:
    case GUMBO_TAG_NOFRAMES:
    case GUMBO_TAG_OBJECT:
    case GUMBO_TAG_EMBED:
    case GUMBO_TAG_APPLET:
    case GUMBO_TAG_SVG:
    case GUMBO_TAG_MATH:
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_TITLE:
    case GUMBO_TAG_TEXTAREA:
    case GUMBO_TAG_SELECT:
    case GUMBO_TAG_BUTTON:
    case GUMBO_TAG_INPUT:
      return Show::kDrop;
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_CENTER:
    case GUMBO_TAG_FIGURE:
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_CAPTION:
    case GUMBO_TAG_SUMMARY:
      return Show::kUnwrapBlock;
    default:
      return Show::kUnwrap;
  }
}

int64_t Number(std::string_view text, int64_t most) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number > 0 && number <= most
             ? number
             : 0;
}

class Sanitizer {
 public:
  Sanitizer(const CookOptions& options, size_t max_bytes)
      : options_(options), max_bytes_(max_bytes) {}

  void Children(const GumboNode& node) {
    if (depth_ >= kMaxWrittenDepth) return;
    ++depth_;
    const GumboVector& children = node.v.element.children;
    for (unsigned i = 0; i < children.length && !Full(); ++i)
      Node(*static_cast<const GumboNode*>(children.data[i]));
    --depth_;
  }

  bool Full() const { return cooked_.html.size() > max_bytes_; }

  Cooked Take() && {
    cooked_.excerpt = std::move(excerpt_).Take();
    return std::move(cooked_);
  }

 private:
  void Node(const GumboNode& node) {
    switch (node.type) {
      case GUMBO_NODE_TEXT:
      case GUMBO_NODE_CDATA:
      case GUMBO_NODE_WHITESPACE:
        return Text(node.v.text.text);
      case GUMBO_NODE_ELEMENT:
        return Element(node);
      default:
        return;  // comments, templates
    }
  }

  void Element(const GumboNode& node) {
    if (node.v.element.tag_namespace != GUMBO_NAMESPACE_HTML) return;
    const GumboTag tag = node.v.element.tag;
    switch (ShowOf(tag)) {
      case Show::kInline:
        return Wrap(node, gumbo_normalized_tagname(tag));
      case Show::kBlock:
        return Block(node, gumbo_normalized_tagname(tag));
      case Show::kVoid:
        return Raw(tag == GUMBO_TAG_BR ? "<br>\n" : "<hr>\n"), excerpt_.Break();
      case Show::kUnwrap:
        return Children(node);
      case Show::kUnwrapBlock:
        return Unwrap(node);
      case Show::kDrop:
        return;
      case Show::kSpecial:
        return Special(node);
    }
  }

  void Special(const GumboNode& node) {
    switch (node.v.element.tag) {
      case GUMBO_TAG_A:
        return Anchor(node);
      case GUMBO_TAG_IMG:
        return Image(node);
      case GUMBO_TAG_OL:
        return OrderedList(node);
      case GUMBO_TAG_PRE:
        return Code(node);
      case GUMBO_TAG_SPAN:
        return Span(node);
      case GUMBO_TAG_DIV:
        return Division(node);
      case GUMBO_TAG_ASIDE:
        return Aside(node);
      case GUMBO_TAG_STRIKE:
        return Wrap(node, "del");
      case GUMBO_TAG_TABLE:
        Raw(kTableOpen);
        Children(node);
        return Raw(kTableClose);
      case GUMBO_TAG_TH:
      case GUMBO_TAG_TD:
        return Cell(node);
      case GUMBO_TAG_DETAILS:
        return Details(node);
      default:
        return Embed(node);
    }
  }

  void Wrap(const GumboNode& node, std::string_view name) {
    Open(name);
    Children(node);
    Close(name);
  }

  void Block(const GumboNode& node, std::string_view name) {
    excerpt_.Break();
    const bool quote = name == "blockquote";
    unsaid_ += quote ? 1 : 0;
    Open(name);
    const size_t start = cooked_.html.size();
    Children(node);
    if (cooked_.html.size() == start && name == "p") {  // HTML's repair leaves empty ones behind
      cooked_.html.resize(start - 3);
    } else {
      Close(name);
      Raw("\n");
    }
    unsaid_ -= quote ? 1 : 0;
    excerpt_.Break();
  }

  void Unwrap(const GumboNode& node) {
    excerpt_.Break();
    Children(node);
    Raw("\n");
    excerpt_.Break();
  }

  void Anchor(const GumboNode& node) {
    if (HasClass(node, "lightbox")) {
      if (const GumboNode* image = FindElement(node, GUMBO_TAG_IMG))
        return Picture(*image, Attribute(node, "href"));
    }
    if (HasClass(node, "mention")) return Mention(node);
    if (HasClass(node, "anchor")) return;
    if (HasClass(node, "hashtag") || HasClass(node, "hashtag-cooked") || anchors_ > 0 ||
        !AppendLinkOpen(Attribute(node, "href"), {}, options_.site_host, &cooked_.html))
      return Children(node);
    ++anchors_;
    Children(node);
    --anchors_;
    Raw("</a>");
  }

  void Mention(const GumboNode& node) {
    std::string text;
    AppendTextOf(node, &text);
    text = Normalize(text);
    const std::string name =
        text.size() > 1 && text[0] == '@' ? ToLower(text.substr(1)) : std::string();
    const bool valid =
        !name.empty() && name.size() <= 60 && std::all_of(name.begin(), name.end(), [](char c) {
          return IsWord(c) || c == '_' || c == '-' || c == '.';
        });
    if (!valid || anchors_ > 0 || mentions_ == kMaxMentions ||
        (options_.is_user && !options_.is_user(name)))
      return Text(text);
    ++mentions_;
    AppendMention(name, text, &cooked_.html);
    if (unsaid_ == 0) excerpt_.Append(text);
    const auto& known = cooked_.mentions;
    if (quotes_ == 0 && std::find(known.begin(), known.end(), name) == known.end())
      cooked_.mentions.push_back(name);
  }

  void Image(const GumboNode& node) {
    if (HasClass(node, "emoji")) {
      std::string_view name = Attribute(node, "title");
      if (name.empty()) name = Attribute(node, "alt");
      const std::string_view bare =
          name.size() > 2 && name.starts_with(':') ? name.substr(1, name.size() - 2) : name;
      const size_t tone = bare.find(":t");
      const std::string_view emoji = EmojiByName(bare.substr(0, tone));
      Text(emoji.empty() ? name : emoji);
    } else if (!HasClass(node, "avatar") && !HasClass(node, "site-icon")) {
      Picture(node, Attribute(node, "src"));
    }
  }

  void Picture(const GumboNode& node, std::string_view url) {
    const std::string_view alt = Attribute(node, "alt");
    ImageText image{url, alt, {}, 0, 0};
    image.width = static_cast<unsigned>(Number(Attribute(node, "width"), 10000));
    image.height = static_cast<unsigned>(Number(Attribute(node, "height"), 10000));
    if (!AppendImage(image, &cooked_.html)) Text(alt);
  }

  void OrderedList(const GumboNode& node) {
    excerpt_.Break();
    const int64_t start = Number(Attribute(node, "start"), 999999999);
    Raw(start > 1 ? "<ol start=\"" + std::to_string(start) + "\">\n" : std::string("<ol>\n"));
    Children(node);
    Raw("</ol>\n");
  }

  void Code(const GumboNode& node) {
    cooked_.has_code = true;
    excerpt_.Break();
    std::string language;
    if (const GumboNode* code = FindElement(node, GUMBO_TAG_CODE)) {
      std::string_view classes = Attribute(*code, "class");
      if (const size_t at = classes.find("lang"); at != std::string_view::npos) {
        classes.remove_prefix(classes.find('-', at) == std::string_view::npos
                                  ? classes.size()
                                  : classes.find('-', at) + 1);
        language = LanguageClass(classes);
        if (language == "auto" || language == "nohighlight" || language == "plaintext")
          language.clear();
      }
    }
    std::string text;
    AppendTextOf(node, &text);
    AppendCodeBlock(language, Normalize(text), &cooked_.html);
  }

  void Span(const GumboNode& node) {
    if (HasClass(node, "spoiler") || HasClass(node, "spoiled"))
      return Spoiler(node, kSpoilerOpen, "</span>");
    if (HasClass(node, "bbcode-b")) return Wrap(node, "strong");
    if (HasClass(node, "bbcode-i")) return Wrap(node, "em");
    if (HasClass(node, "bbcode-u")) return Wrap(node, "u");
    if (HasClass(node, "bbcode-s")) return Wrap(node, "del");
    Children(node);
  }

  void Spoiler(const GumboNode& node, std::string_view open, std::string_view close) {
    ++unsaid_;
    Raw(open);
    Children(node);
    Raw(close);
    --unsaid_;
  }

  void Division(const GumboNode& node) {
    if (HasClass(node, "meta") || HasClass(node, "quote-controls") || HasClass(node, "poll-info"))
      return;
    if (HasClass(node, "lightbox-wrapper")) return Block(node, "p");
    if (HasClass(node, "spoiler") || HasClass(node, "spoiled"))
      return Spoiler(node, kSpoilerBlockOpen, "</details>\n");
    if (const std::string_view video = Attribute(node, "data-youtube-id"); !video.empty())
      return Link("https://www.youtube.com/watch?v=" + std::string(video));
    Unwrap(node);
  }

  void Aside(const GumboNode& node) {
    if (HasClass(node, "quote")) return Quote(node);
    if (HasClass(node, "onebox")) {
      std::string_view url = Attribute(node, "data-onebox-src");
      const GumboNode* anchor = url.empty() ? FindElement(node, GUMBO_TAG_A) : nullptr;
      if (anchor != nullptr) url = Attribute(*anchor, "href");
      if (!url.empty()) return Link(url);
    }
    Unwrap(node);
  }

  void Quote(const GumboNode& node) {
    QuoteAttribution from;
    from.name = std::string(Trim(Shorten(Attribute(node, "data-username"), 100)));
    from.post_number = Number(Attribute(node, "data-post"), INT32_MAX);
    from.topic_id = Number(Attribute(node, "data-topic"), INT64_MAX);
    excerpt_.Break();
    ++unsaid_;
    ++quotes_;
    AppendQuoteOpen(from, &cooked_.html);
    const GumboVector& children = node.v.element.children;
    for (unsigned i = 0; i < children.length && !Full(); ++i) {
      const auto& child = *static_cast<const GumboNode*>(children.data[i]);
      const bool element = child.type == GUMBO_NODE_ELEMENT;
      if (element && HasClass(child, "title")) continue;
      if (element && child.v.element.tag == GUMBO_TAG_BLOCKQUOTE) {
        Children(child);
      } else {
        Node(child);
      }
    }
    Raw("</blockquote>\n");
    --quotes_;
    --unsaid_;
    excerpt_.Break();
  }

  void Cell(const GumboNode& node) {
    const bool header = node.v.element.tag == GUMBO_TAG_TH;
    const std::string_view style = Attribute(node, "style");
    Raw(header ? "<th scope=\"col\"" : "<td");
    for (const std::string_view side : {"left", "center", "right"}) {
      if (!style.starts_with("text-align:") || Trim(style.substr(11, style.find(';') - 11)) != side)
        continue;
      Raw(" class=\"align-" + std::string(side) + "\"");
    }
    Raw(">");
    excerpt_.Break();
    Children(node);
    Raw(header ? "</th>" : "</td>");
  }

  void Details(const GumboNode& node) {
    std::string summary;
    if (const GumboNode* found = FindElement(node, GUMBO_TAG_SUMMARY))
      AppendTextOf(*found, &summary);
    summary = Normalize(summary);
    ++unsaid_;
    Raw("<details><summary>");
    AppendEscaped(summary.empty() ? std::string_view("…") : std::string_view(summary),
                  &cooked_.html);
    Raw("</summary>\n");
    const GumboVector& children = node.v.element.children;
    for (unsigned i = 0; i < children.length && !Full(); ++i) {
      const auto& child = *static_cast<const GumboNode*>(children.data[i]);
      if (child.type != GUMBO_NODE_ELEMENT || child.v.element.tag != GUMBO_TAG_SUMMARY) Node(child);
    }
    Raw("</details>\n");
    --unsaid_;
  }

  // Films and frames come as links to them.
  void Embed(const GumboNode& node) {
    std::string_view url = Attribute(node, "src");
    const GumboNode* source = url.empty() ? FindElement(node, GUMBO_TAG_SOURCE) : nullptr;
    if (source != nullptr) url = Attribute(*source, "src");
    Link(url);
  }

  void Link(std::string_view url) {
    if (anchors_ > 0 || url.empty()) return Text(url);
    Raw("<p>");
    const bool linked = AppendLinkOpen(url, {}, options_.site_host, &cooked_.html);
    Text(url);
    Raw(linked ? "</a></p>\n" : "</p>\n");
  }

  void Text(std::string_view text) {
    const std::string clean = Normalize(text);
    AppendEscaped(clean, &cooked_.html);
    if (unsaid_ == 0) excerpt_.Append(clean);
  }

  void Open(std::string_view name) { cooked_.html.append("<").append(name).append(">"); }
  void Close(std::string_view name) { cooked_.html.append("</").append(name).append(">"); }
  void Raw(std::string_view html) { cooked_.html += html; }

  const CookOptions& options_;
  const size_t max_bytes_;
  Cooked cooked_;
  Excerpt excerpt_;
  size_t depth_ = 0;
  size_t anchors_ = 0;  // 1 within a link: links do not nest
  size_t unsaid_ = 0;   // > 0 within what excerpts leave out
  size_t quotes_ = 0;   // > 0 within a quote, where mentions tell nobody
  size_t mentions_ = 0;
};

}  // namespace

absl::StatusOr<Cooked> Sanitize(std::string_view untrusted_html, const CookOptions& options) {
  if (untrusted_html.size() > kMaxHtmlBytes) {
    return status::Error(absl::StatusCode::kInvalidArgument, type::v1::TEXT_TOO_LONG,
                         "The HTML is too long: at most " + std::to_string(kMaxHtmlBytes / 1024) +
                             " kB fit in one post. Shorten it or split it.");
  }
  const std::string html = Normalize(untrusted_html);
  if (const auto tree = HtmlTree::Parse(html)) {
    Sanitizer sanitizer(options, html.size() * kMaxGrowthOfHtml + kHtmlAllowance);
    sanitizer.Children(*tree->root());
    if (!sanitizer.Full()) return std::move(sanitizer).Take();
  }
  Cooked plain;
  plain.html = PlainParagraphs(Normalize(StripTags(html)), &plain.excerpt);
  return plain;
}

}  // namespace forium::markdown
