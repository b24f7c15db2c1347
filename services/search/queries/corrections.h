// SPDX-License-Identifier: Apache-2.0
// Which words were looked for instead of others. The vocabulary is that of the whole community, so
// nothing of it is told before a post that the caller may read has it. Pure functions over a store.
#pragma once

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "services/search/queries/gathering.h"
#include "services/search/queries/plan.h"
#include "services/search/queries/store.h"

namespace forium::search {

// Words of a plan that are in the vocabulary, but in no post that the caller may read.
absl::StatusOr<absl::flat_hash_set<std::string>> UnreadableWords(const Plan& plan,
                                                                 const Found& found,
                                                                 const Vocabulary& vocabulary,
                                                                 const Segment& segment,
                                                                 SearchStore& store);

void TellCorrections(const Query& query, const Plan& plan, const Found& found,
                     v1::Interpretation* told);

}  // namespace forium::search
