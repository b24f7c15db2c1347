// SPDX-License-Identifier: Apache-2.0
// What a post says by itself, for those who look for words: its text without what it quotes of
// other posts, code included. Pure function.
#pragma once

#include <string>
#include <string_view>

namespace forium::forum {

struct SearchableText {
  // Blocks with empty lines between; a line break within a block, and each line of code, is one.
  std::string text = {};
  // Holds a block of code.
  bool has_code = false;
};

// Of our own HTML, in one pass.
SearchableText SearchableTextOf(std::string_view html);

}  // namespace forium::forum
