// SPDX-License-Identifier: Apache-2.0
#include "services/forum/markdown/html_tree.h"

#include <algorithm>
#include <array>
#include <csetjmp>
#include <string>
#include <unordered_map>
#include <vector>

#include "services/forum/markdown/text.h"

namespace forium::markdown {

// Gumbo's memory. Nothing is freed singly, so a parse that exceeds the bound can be left by longjmp
// out of gumbo's C frames, and a deep tree needs no recursion to be destroyed.
class HtmlTree::Arena {
 public:
  static void* Allocate(void* self, size_t bytes) { return static_cast<Arena*>(self)->Take(bytes); }
  static void Free(void*, void*) {}

  std::jmp_buf exceeded;

 private:
  static constexpr size_t kChunk = 256 * 1024;

  void* Take(size_t bytes) {
    bytes = (bytes + 15) & ~size_t{15};
    if (bytes > left_) {
      const size_t chunk = std::max(kChunk, bytes);
      if (total_ + chunk > kMaxTreeBytes) std::longjmp(exceeded, 1);
      chunks_.push_back(std::make_unique_for_overwrite<char[]>(chunk));
      total_ += chunk;
      next_ = chunks_.back().get();
      left_ = chunk;
    }
    void* const taken = next_;
    next_ += bytes;
    left_ -= bytes;
    return taken;
  }

  std::vector<std::unique_ptr<char[]>> chunks_;
  char* next_ = nullptr;
  size_t left_ = 0, total_ = 0;
};

namespace {

// Elements without an end, and those that HTML closes by itself.
bool ClosesItself(std::string_view name) {
  static constexpr std::array<std::string_view, 28> kNames = {
      "area",   "base",  "br",   "col",   "colgroup", "dd",     "dt", "embed", "frame", "hr", "img",
      "input",  "li",    "link", "meta",  "optgroup", "option", "p",  "param", "path",  "rp", "rt",
      "source", "tbody", "td",   "tfoot", "th",       "thead"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() || name == "tr" ||
         name == "track" || name == "use" || name == "wbr";
}

template <typename OnTag>
void EachTag(std::string_view html, OnTag on_tag) {
  for (size_t at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1)) {
    size_t start = at + 1;
    const bool closing = start < html.size() && html[start] == '/';
    if (closing) ++start;
    size_t end = start;
    while (end < html.size() && (IsAlnum(html[end]) || html[end] == '-')) ++end;
    if (end > start && IsLetter(html[start])) on_tag(html.substr(start, end - start), closing);
  }
}

}  // namespace

HtmlTree::HtmlTree() : arena_(std::make_unique<Arena>()) {}
HtmlTree::~HtmlTree() = default;

const GumboNode* HtmlTree::root() const { return output_->root; }

std::unique_ptr<HtmlTree> HtmlTree::Parse(std::string_view html) {
  if (html.size() > kMaxHtmlBytes || NestingOf(html) > kMaxHtmlDepth) return nullptr;
  std::unique_ptr<HtmlTree> tree(new HtmlTree);
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = &Arena::Allocate;
  options.deallocator = &Arena::Free;
  options.userdata = tree->arena_.get();
  options.max_errors = 0;
  options.fragment_context = GUMBO_TAG_DIV;
  options.fragment_namespace = GUMBO_NAMESPACE_HTML;
  if (setjmp(tree->arena_->exceeded) != 0) return nullptr;
  tree->output_ = gumbo_parse_with_options(&options, html.data(), html.size());
  return tree;
}

size_t NestingOf(std::string_view html) {
  std::unordered_map<std::string, size_t> open;
  size_t depth = 0, deepest = 0;
  EachTag(html, [&](std::string_view tag, bool closing) {
    const std::string name = ToLower(tag.substr(0, 24));
    if (ClosesItself(name)) return;
    size_t& count = open[name];
    if (!closing) {
      ++count;
      deepest = std::max(deepest, ++depth);
    } else if (count > 0) {
      --count;
      --depth;
    }
  });
  return deepest;
}

std::string StripTags(std::string_view html) {
  std::string text;
  size_t at = 0;
  while (at < html.size()) {
    const size_t open = std::min(html.find('<', at), html.size());
    text.append(html, at, open - at);
    const size_t close = html.find('>', open);
    if (open == html.size() || close == std::string_view::npos) break;
    text += '\n';
    at = close + 1;
  }
  return Unescape(text);
}

std::string_view Attribute(const GumboNode& element, const char* name) {
  const GumboAttribute* found = gumbo_get_attribute(&element.v.element.attributes, name);
  return found == nullptr ? std::string_view() : std::string_view(found->value);
}

bool HasClass(const GumboNode& element, std::string_view word) {
  std::string_view classes = Attribute(element, "class");
  while (!classes.empty()) {
    const size_t end = std::min(classes.find_first_of(" \t\n"), classes.size());
    if (classes.substr(0, end) == word) return true;
    classes.remove_prefix(std::min(end + 1, classes.size()));
  }
  return false;
}

const GumboNode* FindElement(const GumboNode& under, GumboTag tag) {
  if (under.type != GUMBO_NODE_ELEMENT) return nullptr;
  const GumboVector& children = under.v.element.children;
  for (unsigned i = 0; i < children.length; ++i) {
    const auto* child = static_cast<const GumboNode*>(children.data[i]);
    if (child->type != GUMBO_NODE_ELEMENT) continue;
    if (child->v.element.tag == tag) return child;
    if (const GumboNode* found = FindElement(*child, tag)) return found;
  }
  return nullptr;
}

void AppendTextOf(const GumboNode& node, std::string* text) {
  if (node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_WHITESPACE ||
      node.type == GUMBO_NODE_CDATA) {
    *text += node.v.text.text;
  } else if (node.type == GUMBO_NODE_ELEMENT) {
    if (node.v.element.tag == GUMBO_TAG_BR) *text += '\n';
    const GumboVector& children = node.v.element.children;
    for (unsigned i = 0; i < children.length; ++i)
      AppendTextOf(*static_cast<const GumboNode*>(children.data[i]), text);
  }
}

}  // namespace forium::markdown
