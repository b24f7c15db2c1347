// SPDX-License-Identifier: Apache-2.0
#pragma once

// Writes a parsed post as HTML, and gathers its mentions and excerpt on the way.

#include <string>
#include <string_view>
#include <vector>

#include "services/forum/markdown/blocks.h"
#include "services/forum/markdown/inlines.h"
#include "services/forum/markdown/markdown.h"
#include "services/forum/markdown/text.h"

namespace forium::markdown {

class HtmlWriter {
 public:
  HtmlWriter(const Document& document, const CookOptions& options, size_t max_bytes)
      : document_(document),
        options_(options),
        max_bytes_(max_bytes),
        inlines_(document.references) {}

  // False when the HTML grew over its bound; what was gathered is then of no use.
  bool Write();
  Cooked Take() &&;

 private:
  void Children(const Block& block, bool tight);
  void WriteBlock(const Block& block, bool tight);
  void List(const Block& list);
  void Item(const Block& item, bool tight);
  void Code(const Block& block);
  void Table(const Block& block);
  void Row(std::string_view row, size_t columns, const std::vector<std::string_view>& alignment,
           bool header);
  void Tagged(const Block& block);

  void Inlines(std::string_view text);
  void Node(const Inline& node);
  void Text(std::string_view text);
  void Entity(std::string_view entity);
  void Mention(std::string_view text);
  void Address(const Inline& node);
  void OpenMark(const Inline& node);
  void CloseMark(const Inline& node);
  void OpenLink(std::string_view url, std::string_view title);
  void CloseLink();
  void Image(const Target& target);

  void Raw(std::string_view html) { cooked_.html += html; }
  bool Full() const { return cooked_.html.size() > max_bytes_; }

  const Document& document_;
  const CookOptions& options_;
  const size_t max_bytes_;
  InlineParser inlines_;
  Cooked cooked_;
  Excerpt excerpt_;
  std::vector<bool> links_;            // open links; false: shown without an anchor
  size_t anchors_ = 0;                 // how many of them have one (0 or 1: links do not nest)
  std::vector<const Target*> images_;  // of the open images
  std::string alt_;                    // text of the outermost open image
  size_t unsaid_ = 0;  // > 0: within a quote, spoiler or code, which excerpts leave out
  size_t quotes_ = 0;  // > 0: within a quote, where mentions tell nobody
  size_t linked_mentions_ = 0;
  size_t padding_left_ = 2000;  // cells that tables may add to short rows
};

}  // namespace forium::markdown
