// SPDX-License-Identifier: Apache-2.0
#include "services/forum/markdown/safe_html.h"

#include <gumbo.h>

#include <map>
#include <set>
#include <vector>

#include "services/forum/markdown/text.h"

namespace forium::markdown {
namespace {

using Names = std::set<std::string_view>;

// Written anew on purpose: it does not share the writers' view of what is safe.
const std::map<std::string_view, Names>& Allowed() {
  static const auto* const allowed = new std::map<std::string_view, Names>{
      {"html", {}},
      {"head", {}},
      {"body", {}},
      {"p", {}},
      {"br", {}},
      {"hr", {}},
      {"h1", {}},
      {"h2", {}},
      {"h3", {}},
      {"h4", {}},
      {"h5", {}},
      {"h6", {}},
      {"ul", {}},
      {"ol", {"start"}},
      {"li", {"class"}},
      {"dl", {}},
      {"dt", {}},
      {"dd", {}},
      {"pre", {"tabindex"}},
      {"code", {"class"}},
      {"b", {}},
      {"i", {}},
      {"u", {}},
      {"s", {}},
      {"em", {}},
      {"strong", {}},
      {"del", {}},
      {"ins", {}},
      {"mark", {}},
      {"small", {}},
      {"kbd", {}},
      {"sub", {}},
      {"sup", {}},
      {"cite", {}},
      {"label", {}},
      {"details", {"class"}},
      {"summary", {}},
      {"table", {}},
      {"thead", {}},
      {"tbody", {}},
      {"tr", {}},
      {"th", {"scope", "class"}},
      {"td", {"class"}},
      {"div", {"class", "role", "tabindex"}},
      {"span", {"class", "tabindex"}},
      {"input", {"type", "checked", "disabled"}},
      {"blockquote", {"class", "data-username", "data-post", "data-topic"}},
      {"a", {"class", "href", "title", "rel"}},
      {"img", {"src", "alt", "title", "width", "height", "loading"}}};
  return *allowed;
}

bool AllowedClass(std::string_view value) {
  static const Names kClasses = {"mention", "quote",      "spoiler",      "table",
                                 "task",    "align-left", "align-center", "align-right",
                                 "tok-k",   "tok-s",      "tok-c",        "tok-n"};
  if (!value.starts_with("language-")) return kClasses.contains(value);
  for (const char c : value)
    if (!IsAlnum(c) && c != '-' && c != '_') return false;
  return true;
}

// What browsers do to a URL before they look at its scheme.
bool AllowedUrl(std::string_view value, bool image) {
  std::string url;
  for (const char c : value)
    if (static_cast<unsigned char>(c) > ' ') url += Lower(c);
  const size_t colon = url.find(':');
  if (colon == std::string::npos || colon > url.find_first_of("/?#\\")) return true;
  const std::string scheme = url.substr(0, colon);
  return scheme == "http" || scheme == "https" || (scheme == "mailto" && !image);
}

std::string Check(const GumboNode& node) {
  if (node.type == GUMBO_NODE_COMMENT || node.type == GUMBO_NODE_TEMPLATE)
    return "comment or template";
  if (node.type != GUMBO_NODE_ELEMENT) return {};
  const GumboElement& element = node.v.element;
  const std::string tag = gumbo_normalized_tagname(element.tag);
  const auto allowed = Allowed().find(tag);
  if (allowed == Allowed().end() || element.tag_namespace != GUMBO_NAMESPACE_HTML)
    return "<" + tag + ">";
  for (unsigned i = 0; i < element.attributes.length; ++i) {
    const auto& attribute = *static_cast<const GumboAttribute*>(element.attributes.data[i]);
    const std::string_view name = attribute.name, value = attribute.value;
    const std::string shown = "<" + tag + " " + attribute.name + "=\"" + attribute.value + "\">";
    if (!allowed->second.contains(name)) return shown;
    if (name == "class" && !AllowedClass(value)) return shown;
    if ((name == "href" || name == "src") && !AllowedUrl(value, name == "src")) return shown;
    if (tag == "input" && name == "type" && value != "checkbox") return shown;
  }
  if (tag == "input" && gumbo_get_attribute(&element.attributes, "disabled") == nullptr)
    return "an enabled input";
  return {};
}

}  // namespace

std::string UnsafePart(std::string_view html) {
  GumboOutput* output = gumbo_parse_with_options(&kGumboDefaultOptions, html.data(), html.size());
  std::string unsafe;
  std::vector<const GumboNode*> left = {output->root};
  while (!left.empty() && unsafe.empty()) {
    const GumboNode* node = left.back();
    left.pop_back();
    unsafe = Check(*node);
    if (node->type != GUMBO_NODE_ELEMENT) continue;
    const GumboVector& children = node->v.element.children;
    for (unsigned i = 0; i < children.length; ++i)
      left.push_back(static_cast<const GumboNode*>(children.data[i]));
  }
  gumbo_destroy_output(&kGumboDefaultOptions, output);
  return unsafe;
}

std::string UnbalancedTag(std::string_view html) {
  static const Names kVoid = {"br", "hr", "img", "input"};
  std::vector<std::string_view> open;
  for (size_t at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1)) {
    const bool closing = html.substr(at + 1).starts_with('/');
    const size_t start = at + (closing ? 2 : 1);
    const std::string_view name = html.substr(start, html.find_first_of(" >", start) - start);
    if (closing && (open.empty() || open.back() != name)) return "</" + std::string(name) + ">";
    if (closing) {
      open.pop_back();
    } else if (!kVoid.contains(name)) {
      open.push_back(name);
    }
  }
  return open.empty() ? "" : "<" + std::string(open.back()) + ">";
}

bool IsCleanText(std::string_view text) {
  const std::string framed = "<" + std::string(text);  // a byte order mark counts only at the start
  return Normalize(framed) == framed;
}

}  // namespace forium::markdown
