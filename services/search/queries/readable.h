// SPDX-License-Identifier: Apache-2.0
// Whether a word may be told to a caller: a post that they may read has it, among the newest that
// do, so that a word of a large hidden category costs no more than another. Pure functions over a
// segment and a store.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "services/search/queries/store.h"
#include "services/search/segment/segment.h"

namespace forium::search {

// A token as the index has it: a folded word, or a mark.
absl::StatusOr<bool> IsReadable(std::string_view token, const Segment& segment, SearchStore& store);

}  // namespace forium::search
