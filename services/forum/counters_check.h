// SPDX-License-Identifier: Apache-2.0
// Proves the counters against the rows that they count.
#pragma once

#include "absl/status/statusor.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "services/forum/caller.h"

namespace forium::forum {

inline constexpr int kDifferencesShown = 100;

absl::StatusOr<v1::CheckCountersResponse> CheckCounters(const Caller& caller,
                                                        const v1::CheckCountersRequest& request);

}  // namespace forium::forum
