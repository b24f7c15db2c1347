// SPDX-License-Identifier: Apache-2.0
#include "services/forum/markdown/html_parts.h"

#include <algorithm>

#include "services/forum/markdown/highlight.h"
#include "services/forum/markdown/links.h"
#include "services/forum/markdown/text.h"

namespace forium::markdown {
namespace {

void AppendAttribute(std::string_view name, std::string_view value, std::string* html) {
  html->append(" ").append(name).append("=\"");
  AppendEscapedAttribute(Normalize(value), html);  // an import's may hold controls
  html->append("\"");
}

}  // namespace

bool AppendLinkOpen(std::string_view url, std::string_view title, std::string_view site_host,
                    std::string* html) {
  const auto safe = SafeUrl(url, UrlUse::kLink);
  if (!safe) return false;
  html->append("<a");
  AppendAttribute("href", *safe, html);
  if (!title.empty()) AppendAttribute("title", title, html);
  html->append(IsLocal(*safe, site_host) ? ">" : " rel=\"nofollow ugc noopener\">");
  return true;
}

bool AppendImage(const ImageText& image, std::string* html) {
  const auto safe = SafeUrl(image.url, UrlUse::kImage);
  if (!safe || safe->empty()) return false;
  html->append("<img");
  AppendAttribute("src", *safe, html);
  AppendAttribute("alt", image.alt, html);
  if (!image.title.empty()) AppendAttribute("title", image.title, html);
  if (image.width > 0 && image.height > 0) {
    AppendAttribute("width", std::to_string(image.width), html);
    AppendAttribute("height", std::to_string(image.height), html);
  }
  html->append(" loading=\"lazy\">");
  return true;
}

void AppendQuoteOpen(const QuoteAttribution& from, std::string* html) {
  html->append("<blockquote class=\"quote\"");
  if (!from.name.empty()) AppendAttribute("data-username", from.name, html);
  if (from.post_number > 0) AppendAttribute("data-post", std::to_string(from.post_number), html);
  if (from.topic_id > 0) AppendAttribute("data-topic", std::to_string(from.topic_id), html);
  html->append(">\n");
  if (from.name.empty()) return;
  html->append("<cite>");
  // The server sends a wrong slug on to the right one.
  if (from.topic_id > 0) {
    html->append("<a href=\"/t/-/" + std::to_string(from.topic_id));
    if (from.post_number > 0) html->append("/" + std::to_string(from.post_number));
    html->append("\">");
  }
  AppendEscaped(Normalize(from.name), html);
  html->append(from.topic_id > 0 ? "</a></cite>\n" : "</cite>\n");
}

void AppendMention(std::string_view lower_name, std::string_view text, std::string* html) {
  html->append("<a class=\"mention\"");
  AppendAttribute("href", "/u/" + std::string(lower_name), html);
  html->append(">");
  AppendEscaped(text, html);
  html->append("</a>");
}

void AppendCodeBlock(std::string_view language, std::string_view code, std::string* html) {
  html->append("<pre tabindex=\"0\"><code");
  if (!language.empty()) AppendAttribute("class", "language-" + std::string(language), html);
  html->append(">");
  AppendHighlighted(language, code, html);
  html->append("</code></pre>\n");
}

std::string PlainParagraphs(std::string_view text, std::string* excerpt) {
  Excerpt plain;
  std::string html;
  bool open = false;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = Trim(text.substr(at, end - at));
    at = end + 1;
    if (line.empty()) {
      if (open) html += "</p>\n";
      open = false;
      continue;
    }
    html += open ? "<br>\n" : "<p>";
    open = true;
    AppendEscaped(line, &html);
    plain.Append(line);
    plain.Break();
  }
  if (open) html += "</p>\n";
  *excerpt = std::move(plain).Take();
  return html;
}

}  // namespace forium::markdown
