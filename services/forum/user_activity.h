// SPDX-License-Identifier: Apache-2.0
// What an account wrote, and its numbers, as far as the caller may read it.
#pragma once

#include "absl/status/statusor.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "services/forum/caller.h"

namespace forium::forum {

inline constexpr int kUserPostsPerPage = 20;

absl::StatusOr<v1::ListUserPostsResponse> ListUserPosts(const Caller& caller,
                                                        const v1::ListUserPostsRequest& request);
absl::StatusOr<v1::UserStatistics> GetUserStatistics(const Caller& caller,
                                                     const v1::GetUserStatisticsRequest& request);

}  // namespace forium::forum
