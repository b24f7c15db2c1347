// SPDX-License-Identifier: Apache-2.0
// The addresses of topics, for sitemaps: by segments of ids, so that a segment that is full changes
// only when a topic of it does.
#pragma once

#include "absl/status/statusor.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "services/forum/caller.h"

namespace forium::forum {

// Ids of a segment. A sitemap may have 50,000 addresses; this many are read in one go.
inline constexpr int64_t kSitemapSegment = 10'000;

absl::StatusOr<v1::ListTopicAddressesResponse> ListTopicAddresses(
    const Caller& caller, const v1::ListTopicAddressesRequest& request);

}  // namespace forium::forum
