// SPDX-License-Identifier: Apache-2.0
// Whatever bytes come in: cooked HTML is safe, balanced, clean and bounded.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "services/forum/markdown/markdown.h"
#include "services/forum/markdown/safe_html.h"

namespace {

void Require(bool holds, const char* claim, const std::string& detail) {
  if (holds) return;
  std::fprintf(stderr, "%s: %s\n", claim, detail.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace forium::markdown;
  const std::string_view raw(reinterpret_cast<const char*>(bytes), size);
  const auto cooked = Cook(raw, {});
  if (!cooked.ok()) return 0;
  Require(UnsafePart(cooked->html).empty(), "unsafe", UnsafePart(cooked->html));
  Require(UnbalancedTag(cooked->html).empty(), "unbalanced",
          UnbalancedTag(cooked->html) + "\n" + cooked->html);
  Require(cooked->html.size() <= size * kMaxGrowthOfHtml + kHtmlAllowance, "too long",
          cooked->html);
  Require(IsCleanText(cooked->html), "html not clean", cooked->html);
  Require(IsCleanText(cooked->excerpt) && cooked->excerpt.size() <= 1200, "bad excerpt",
          cooked->excerpt);
  Require(cooked->mentions.size() <= kMaxMentions, "too many mentions", "");
  return 0;
}
