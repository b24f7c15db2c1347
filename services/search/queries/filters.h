// SPDX-License-Identifier: Apache-2.0
// The filters of a query as marks and bounds. What the caller may not read is as if it were not
// there. Pure functions over a store.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "services/search/queries/plan.h"
#include "services/search/queries/query_parser.h"
#include "services/search/queries/store.h"
#include "services/search/segment/segment.h"

namespace forium::search {

struct ResolvedFilters {
  std::vector<std::vector<std::string>> marks;
  std::vector<std::string> excluded_marks;
  Bounds bounds;
  // Something is asked for that is not there: nothing fits.
  bool impossible = false;
  // A topic is named: its posts are listed each by itself.
  bool within_topic = false;
  std::vector<v1::Problem> problems;
};

absl::StatusOr<ResolvedFilters> ResolveFilters(const Query& query, SearchStore& store);
// Tags that no post the caller may read has: asked when nothing was found.
absl::StatusOr<std::vector<v1::Problem>> UnknownTags(const Query& query, const Segment& segment,
                                                     SearchStore& store);

}  // namespace forium::search
