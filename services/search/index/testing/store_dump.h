// SPDX-License-Identifier: Apache-2.0
// What an index holds, as lines, to compare it with another or with what is expected.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "services/base/database/database.h"

namespace forium::search {

// All rows but those of `state`, sorted, with columns between bars; the words as pairs of a word
// and the posts that have it.
std::vector<std::string> DumpOf(database::Database& index);

// Posts that a MATCH expression finds, growing. Aborts when it is none.
std::vector<int64_t> Matches(database::Database& index, std::string_view expression);
// Those that have this word (as it is folded) in the title or the body; that have this mark.
std::vector<int64_t> PostsWith(database::Database& index, std::string_view word);
std::vector<int64_t> PostsMarked(database::Database& index, std::string_view mark);

}  // namespace forium::search
