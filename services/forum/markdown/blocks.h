// SPDX-License-Identifier: Apache-2.0
#pragma once

// The block structure of a post: CommonMark's blocks, tables, and the bracket tags of block_tags.h.
// Depth is bounded and every line is looked at once per open container, so cost is linear.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "services/forum/markdown/block_tags.h"
#include "services/forum/markdown/links.h"

namespace forium::markdown {

// Open blocks at once (a list and its item are two); a marker that would go deeper is text.
inline constexpr size_t kMaxDepth = 40;
inline constexpr size_t kMaxTableColumns = 64;

enum class BlockKind : uint8_t {
  kDocument,
  kBlockQuote,
  kList,
  kItem,
  kTagged,  // [quote] [spoiler] [details]
  kParagraph,
  kHeading,
  kCode,
  kRule,
  kTable,
};

struct Block {
  BlockKind kind = BlockKind::kDocument;
  Tag tag = Tag::kNone;  // kTagged
  char marker = 0;       // kList, kItem: - + * . )   kCode: ` ~, 0 when indented or [code]
  bool tight = true;     // kList
  uint8_t level = 0;     // kHeading
  uint32_t fence = 0;    // kCode: length of the fence, 0 when indented
  uint32_t indent = 0;   // kItem: column of its content; kCode: indentation of the fence
  uint32_t number = 0;   // kList: first number; kTagged, kCode of [code]: pair of its tags
  int32_t parent = -1, first = -1, last = -1, next = -1;
  uint32_t begin = 0,
           end = 0;       // leaf: its text in Document::text. kTable: header, rule, rows as lines
  std::string_view info;  // kCode: after the fence; kTagged: the opening tag
};

struct Document {
  std::vector<Block> blocks;  // [0] is the document
  std::string text;
  References references;
  std::string_view TextOf(const Block& block) const {
    return std::string_view(text).substr(block.begin, block.end - block.begin);
  }
};

// `source` is normalised text and outlives the result.
Document ParseBlocks(std::string_view source);

// A table's row cut at its unescaped pipes, blanks trimmed; at most kMaxTableColumns + 1 cells.
std::vector<std::string_view> SplitRow(std::string_view row);

}  // namespace forium::markdown
