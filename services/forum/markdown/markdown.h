// SPDX-License-Identifier: Apache-2.0
#pragma once

// Cooks what members write into HTML that can be shown to anybody: CommonMark with tables,
// strikethrough, task lists, bare addresses, quotes, spoilers, mentions and emoji. Raw HTML never
// passes. Cost and output are linear in the input, whatever it is. Pure functions, thread-safe.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace forium::markdown {

// Stored beside cooked HTML; higher when the same text would cook differently, so that old HTML can
// be found and made again.
inline constexpr int kRenderVersion = 1;

inline constexpr size_t kMaxRawBytes = 64 * 1024;
// HTML is at most kMaxGrowthOfHtml × raw + kHtmlAllowance bytes; what would be more is shown as
// plain text. Real posts stay under 4 ×.
inline constexpr size_t kMaxGrowthOfHtml = 10;
inline constexpr size_t kHtmlAllowance = 4096;
// Mentions linked and reported in one post; more are text.
inline constexpr size_t kMaxMentions = 50;

struct CookOptions {
  std::string site_host = {};  // "forum.example.org[:port]": links to it are the site's own
  size_t max_raw_bytes = kMaxRawBytes;
  // Whether a lower-case name may be linked as a mention; all may when empty.
  std::function<bool(std::string_view)> is_user = {};
};

struct Cooked {
  std::string html;
  std::vector<std::string> mentions;  // lower-case names, each once, not those within quotes
  std::string excerpt;                // plain text, at most Excerpt::kLimit characters
  bool has_code = false;              // contains a code block
};

// InvalidArgument (TEXT_TOO_LONG) when `raw` is over the limit; everything else cooks.
absl::StatusOr<Cooked> Cook(std::string_view raw, const CookOptions& options);

}  // namespace forium::markdown
