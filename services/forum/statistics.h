// SPDX-License-Identifier: Apache-2.0
// Numbers of the whole forum for those who run it.
#pragma once

#include "absl/status/statusor.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "services/forum/caller.h"

namespace forium::forum {

absl::StatusOr<v1::Statistics> GetStatistics(const Caller& caller,
                                             const v1::GetStatisticsRequest& request);

}  // namespace forium::forum
