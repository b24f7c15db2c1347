// SPDX-License-Identifier: Apache-2.0
// Writing topics: open, change, moderate, delete and restore. Each validates, authorises, acts and
// announces in one transaction.
#pragma once

#include "absl/status/statusor.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "services/forum/caller.h"

namespace forium::forum {

absl::StatusOr<v1::Topic> CreateTopic(const Caller& caller, const v1::CreateTopicRequest& request);
absl::StatusOr<v1::Topic> UpdateTopic(const Caller& caller, const v1::UpdateTopicRequest& request);
absl::StatusOr<v1::Topic> ModerateTopic(const Caller& caller,
                                        const v1::ModerateTopicRequest& request);
absl::StatusOr<v1::Topic> DeleteTopic(const Caller& caller, const v1::DeleteTopicRequest& request);
absl::StatusOr<v1::Topic> RestoreTopic(const Caller& caller,
                                       const v1::RestoreTopicRequest& request);

}  // namespace forium::forum
