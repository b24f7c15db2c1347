// SPDX-License-Identifier: Apache-2.0
// Walks through the HTML of our own posts, which is well-formed and holds neither scripts nor
// comments: pieces of text, opening and closing tags. Anything else comes out as text; nothing is
// ever read beyond the end. Views point into the HTML. Not thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace forium::gateway {

struct HtmlPiece {
  enum class Kind { kText, kOpen, kClose };
  Kind kind = Kind::kText;
  std::string_view source;      // as it stands there
  std::string_view name;        // of a tag
  std::string_view attributes;  // of an opening tag

  // The value of an attribute, references resolved; empty when absent.
  std::string Attribute(std::string_view attribute) const;
};

class HtmlReader {
 public:
  explicit HtmlReader(std::string_view html) : rest_(html) {}
  // False at the end.
  bool Next(HtmlPiece& piece);

 private:
  std::string_view rest_;
};

// Text without character references: those that our writers write, and numeric ones.
std::string ResolveReferences(std::string_view text);

}  // namespace forium::gateway
