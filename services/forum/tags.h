// SPDX-License-Identifier: Apache-2.0
// Tags: their list, renaming and merging, deleting.
#pragma once

#include "absl/status/statusor.h"
#include "google/protobuf/empty.pb.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "services/forum/caller.h"

namespace forium::forum {

inline constexpr int kTagsPerPage = 50;

absl::StatusOr<v1::ListTagsResponse> ListTags(const Caller& caller,
                                              const v1::ListTagsRequest& request);
absl::StatusOr<v1::Tag> RenameTag(const Caller& caller, const v1::RenameTagRequest& request);
absl::StatusOr<google::protobuf::Empty> DeleteTag(const Caller& caller,
                                                  const v1::DeleteTagRequest& request);

}  // namespace forium::forum
