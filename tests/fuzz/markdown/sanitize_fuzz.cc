// SPDX-License-Identifier: Apache-2.0
// Whatever bytes come in: sanitised HTML is safe, balanced, clean and bounded.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "services/forum/markdown/safe_html.h"
#include "services/forum/markdown/sanitize.h"

namespace {

void Require(bool holds, const char* claim, const std::string& detail) {
  if (holds) return;
  std::fprintf(stderr, "%s: %s\n", claim, detail.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace forium::markdown;
  const std::string_view html(reinterpret_cast<const char*>(bytes), size);
  const auto clean = Sanitize(html, {});
  if (!clean.ok()) return 0;
  Require(UnsafePart(clean->html).empty(), "unsafe", UnsafePart(clean->html));
  Require(UnbalancedTag(clean->html).empty(), "unbalanced",
          UnbalancedTag(clean->html) + "\n" + clean->html);
  Require(clean->html.size() <= size * kMaxGrowthOfHtml + kHtmlAllowance, "too long", clean->html);
  Require(IsCleanText(clean->html), "html not clean", clean->html);
  Require(IsCleanText(clean->excerpt) && clean->excerpt.size() <= 1200, "bad excerpt",
          clean->excerpt);
  Require(clean->mentions.size() <= kMaxMentions, "too many mentions", "");
  return 0;
}
