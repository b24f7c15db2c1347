// SPDX-License-Identifier: Apache-2.0
// The tokenizer `forium` of FTS5. Text to be indexed may begin with a language, as InLanguage
// writes it. A string in a MATCH expression is tokens as they are, see Quoted: it was split by
// Words already.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/search/words/language.h"

struct sqlite3;

namespace forium::search {

// For every connection that the process opens from now on (sqlite3_auto_extension): the tokenizer.
// Again changes nothing. Thread-safe.
void RegisterTokenizer();

// The text as a column's value: split in this language.
std::string InLanguage(Language language, std::string_view text);

// Tokens in a row as a string of a MATCH expression: `"std" + "vector"`; quotes in them are
// doubled.
std::string Quoted(const std::vector<std::string>& tokens);

}  // namespace forium::search
