// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the highlighter must know of each language.

#include <string_view>

#include "absl/container/flat_hash_set.h"

namespace forium::markdown {

struct Language {
  absl::flat_hash_set<std::string_view> keywords;
  std::string_view line_comment, line_comment_too;  // empty: none
  std::string_view comment_open, comment_close;     // empty: none
  std::string_view string_quotes;                   // strings in these end with their line
  std::string_view text_quotes;                     // these run over lines
  bool triple_quotes = false;                       // """ and '''
  bool short_chars = false;   // ' holds one character, else it is something else (Rust lifetimes)
  bool ignore_case = false;   // keywords
  bool preprocessor = false;  // "#word" at the start of a line
  bool markup = false;        // HTML and XML
};

// The language of a class name, nullptr if unknown.
const Language* FindLanguage(std::string_view language_class);

}  // namespace forium::markdown
