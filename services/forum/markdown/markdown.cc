// SPDX-License-Identifier: Apache-2.0
#include "services/forum/markdown/markdown.h"

#include "services/base/status/status.h"
#include "services/forum/markdown/blocks.h"
#include "services/forum/markdown/html_parts.h"
#include "services/forum/markdown/html_writer.h"
#include "services/forum/markdown/text.h"

namespace forium::markdown {
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
  if (writer.Write()) return std::move(writer).Take();
  Cooked plain;
  plain.html = PlainParagraphs(source, &plain.excerpt);
  return plain;
}

}  // namespace forium::markdown
