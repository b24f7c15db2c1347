// SPDX-License-Identifier: Apache-2.0
// Counts what was found by category, tag, author and year. What was found holds only what the
// caller may read, so the counts do. Pure functions over a store.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "services/search/queries/ranking.h"
#include "services/search/queries/store.h"

namespace forium::search {

absl::Status CountFacets(const std::vector<Ranked>& ranked, SearchStore& store, v1::Facets* facets);

// Each slug of a column of them.
std::vector<std::string_view> SplitTags(std::string_view tags);

}  // namespace forium::search
