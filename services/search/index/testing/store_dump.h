// SPDX-License-Identifier: Apache-2.0
// What an index holds, as lines, to compare it with another or with what is expected.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "services/search/index/index.h"

namespace forium::search {

// All rows but those of `state`, sorted, with columns between bars; the texts, the words and
// the marks with the posts that have them, wherever these stand: which of them are sealed does not
// show.
std::vector<std::string> DumpOf(const Snapshot& index);
// The lines that only one of two dumps has.
std::vector<std::string> Differing(std::vector<std::string> a, std::vector<std::string> b);

// Posts that have this word (as it is folded) in the title or the body, growing; that have this
// mark. One that is found twice stands there twice.
std::vector<int64_t> PostsWith(const Snapshot& index, std::string_view word);
std::vector<int64_t> PostsMarked(const Snapshot& index, std::string_view mark);

}  // namespace forium::search
