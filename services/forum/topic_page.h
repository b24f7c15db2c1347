// SPDX-License-Identifier: Apache-2.0
// Reading a topic: its page of posts, further posts, the timeline.
#pragma once

#include "absl/status/statusor.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "proto/google/api/httpbody.pb.h"
#include "services/forum/caller.h"

namespace forium::forum {

inline constexpr int kPostsPerPage = 20;
inline constexpr int kTimelinePoints = 100;

// JSON of Topic, in three statements.
absl::StatusOr<google::api::HttpBody> GetTopic(const Caller& caller,
                                               const v1::GetTopicRequest& request);
// JSON of ListPostsResponse, in three statements.
absl::StatusOr<google::api::HttpBody> ListPosts(const Caller& caller,
                                                const v1::ListPostsRequest& request);
absl::StatusOr<v1::Timeline> GetTimeline(const Caller& caller,
                                         const v1::GetTimelineRequest& request);

}  // namespace forium::forum
