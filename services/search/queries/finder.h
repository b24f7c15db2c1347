// SPDX-License-Identifier: Apache-2.0
// Finds: parses what was typed, plans, asks the index within its permissions, ranks, and cuts
// snippets. README.md says how results are ranked; weights.h has the numbers. Thread-safe.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "proto/forium/search/v1/search.pb.h"
#include "services/search/index/index.h"

namespace forium::search {

// Who asks: what is found for them follows from it, inside every statement. Level: 0 anonymous,
// 1 member, 2 moderator, 3 administrator (Role in role.proto).
struct Reader {
  int64_t user_id = 0;
  int64_t level = 0;
};

// For every connection that the process opens from now on: the auxiliary function that tells how a
// row of `words` was hit. Again changes nothing.
void RegisterHits();

absl::StatusOr<v1::SearchResponse> Search(const Snapshot& index, const Reader& reader,
                                          const v1::SearchRequest& request);
absl::StatusOr<v1::SuggestResponse> Suggest(const Snapshot& index, const Reader& reader,
                                            const v1::SuggestRequest& request);
absl::StatusOr<v1::ListSimilarTopicsResponse> ListSimilarTopics(
    const Snapshot& index, const Reader& reader, const v1::ListSimilarTopicsRequest& request);
absl::StatusOr<v1::SearchMembersResponse> SearchMembers(const Snapshot& index, const Reader& reader,
                                                        const v1::SearchMembersRequest& request);

}  // namespace forium::search
