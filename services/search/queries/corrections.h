// SPDX-License-Identifier: Apache-2.0
// Which words were looked for instead of others. The vocabulary is that of the whole community, so
// nothing of it is told before a post that the caller may read has it. Pure functions over a store.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/search/queries/gathering.h"
#include "services/search/queries/plan.h"
#include "services/search/queries/store.h"

namespace forium::search {

// Words that a plan takes for others as the vocabulary does not have them, but the index does.
absl::StatusOr<CountedWords> UncountedWords(const Plan& plan, SearchStore& store);

// Words of a plan that are known, but in no post that the caller may read; each with 0.
absl::StatusOr<CountedWords> UnreadableWords(const Plan& plan, const Found& found,
                                             const PlanSources& sources, const Segment& segment,
                                             SearchStore& store);

void TellCorrections(const Query& query, const Plan& plan, const Found& found,
                     v1::Interpretation* told);

}  // namespace forium::search
