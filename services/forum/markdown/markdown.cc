// SPDX-License-Identifier: Apache-2.0
#include "services/forum/markdown/markdown.h"

#include <algorithm>

#include "services/base/status/status.h"
#include "services/forum/markdown/blocks.h"
#include "services/forum/markdown/html_writer.h"
#include "services/forum/markdown/text.h"

namespace forium::markdown {
namespace {

// Escaped text in paragraphs, for what would grow too much as Markdown.
Cooked CookPlain(std::string_view text) {
  Cooked cooked;
  Excerpt excerpt;
  std::string& html = cooked.html;
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
    excerpt.Append(line);
    excerpt.Break();
  }
  if (open) html += "</p>\n";
  cooked.excerpt = std::move(excerpt).Take();
  return cooked;
}

}  // namespace

absl::StatusOr<Cooked> Cook(std::string_view raw, const CookOptions& options) {
  if (raw.size() > options.max_raw_bytes) {
    return status::Error(absl::StatusCode::kInvalidArgument, type::v1::TEXT_TOO_LONG,
                         "The text is too long: at most " +
                             std::to_string(options.max_raw_bytes / 1024) +
                             " kB fit in one post. Shorten it or split it.",
                         "raw");
  }
  const std::string source = Normalize(raw);
  const Document document = ParseBlocks(source);
  HtmlWriter writer(document, options, raw.size() * kMaxGrowthOfHtml + kHtmlAllowance);
  if (!writer.Write()) return CookPlain(source);
  return std::move(writer).Take();
}

}  // namespace forium::markdown
