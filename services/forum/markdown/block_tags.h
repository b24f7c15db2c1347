// SPDX-License-Identifier: Apache-2.0
#pragma once

// The lines of a post, with the bracket tags that make blocks found and paired: [quote] [spoiler]
// [details] [code]. A tag without its partner is plain text. One pass before the block parser, so
// that an opening tag opens nothing unless its closing tag comes.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace forium::markdown {

enum class Tag : uint8_t { kNone, kQuote, kSpoiler, kDetails, kCode };

struct SourceLine {
  enum class Kind : uint8_t { kText, kOpen, kClose, kVerbatim };
  std::string_view text;  // without its line end; for kOpen and kClose up to the end of the tag
  Kind kind = Kind::kText;
  Tag tag = Tag::kNone;
  uint32_t pair = 0;        // the same number on a tag's opening and closing
  uint32_t tag_offset = 0;  // where in `text` the tag stands
};

// `source` is normalised text and outlives the result.
std::vector<SourceLine> SplitLines(std::string_view source);

// What stands behind "=" in an opening tag.
struct QuoteAttribution {
  std::string name;
  int64_t topic_id = 0;     // 0: not given
  int64_t post_number = 0;  // 0: not given
};
QuoteAttribution ParseAttribution(std::string_view opening_tag);
std::string ParseSummary(std::string_view opening_tag);  // of [details=…]

}  // namespace forium::markdown
