// SPDX-License-Identifier: Apache-2.0
// Lists of topics: all, of a category, of a tag, unread, new.
#pragma once

#include "absl/status/statusor.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "proto/google/api/httpbody.pb.h"
#include "services/forum/caller.h"

namespace forium::forum {

inline constexpr int kTopicsPerPage = 30;

// JSON of ListTopicsResponse, in three statements.
absl::StatusOr<google::api::HttpBody> ListTopics(const Caller& caller,
                                                 const v1::ListTopicsRequest& request);

}  // namespace forium::forum
