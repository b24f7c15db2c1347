// SPDX-License-Identifier: Apache-2.0
// What users have read and what is new to them.
#pragma once

#include "absl/status/statusor.h"
#include "google/protobuf/empty.pb.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "services/forum/caller.h"

namespace forium::forum {

absl::StatusOr<google::protobuf::Empty> MarkRead(const Caller& caller,
                                                 const v1::MarkReadRequest& request);
absl::StatusOr<google::protobuf::Empty> MarkAllRead(const Caller& caller,
                                                    const v1::MarkAllReadRequest& request);
// In one statement.
absl::StatusOr<v1::Unread> GetUnread(const Caller& caller, const v1::GetUnreadRequest& request);

}  // namespace forium::forum
