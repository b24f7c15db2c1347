// SPDX-License-Identifier: Apache-2.0
#pragma once

// An HTML5 parse tree (gumbo) of a fragment, with bounds on its depth and memory that gumbo itself
// lacks: hostile HTML is refused instead of parsed.

#include <gumbo.h>

#include <memory>
#include <string>
#include <string_view>

namespace forium::markdown {

inline constexpr size_t kMaxHtmlBytes = 160 * 1024;
// Elements open at once. Far above what any forum's posts have.
inline constexpr size_t kMaxHtmlDepth = 200;
inline constexpr size_t kMaxTreeBytes = 64 * 1024 * 1024;

class HtmlTree {
 public:
  // The tree of `html`, which outlives it; nullptr when a bound is exceeded.
  static std::unique_ptr<HtmlTree> Parse(std::string_view html);
  ~HtmlTree();
  HtmlTree(const HtmlTree&) = delete;
  HtmlTree& operator=(const HtmlTree&) = delete;

  const GumboNode* root() const;

 private:
  class Arena;
  HtmlTree();
  std::unique_ptr<Arena> arena_;
  const GumboOutput* output_ = nullptr;
};

// What is open at most while `html` is read, by a rough count; text for HtmlTree::Parse's bound.
size_t NestingOf(std::string_view html);
// The text of HTML without its tags, when there is no tree.
std::string StripTags(std::string_view html);

// Of an element node: its attribute's value, empty if absent.
std::string_view Attribute(const GumboNode& element, const char* name);
// Whether the class attribute holds the word.
bool HasClass(const GumboNode& element, std::string_view word);
// The first element below with this tag, in document order, nullptr if none.
const GumboNode* FindElement(const GumboNode& under, GumboTag tag);
// All text below.
void AppendTextOf(const GumboNode& node, std::string* text);

}  // namespace forium::markdown
