// SPDX-License-Identifier: Apache-2.0
// The forum's state and changes as documents, for services that keep a copy of what they need: a
// snapshot in pages, then what the log says was touched, each thing as it is now.
#pragma once

#include "absl/status/statusor.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "services/forum/caller.h"

namespace forium::forum {

inline constexpr int kSnapshotPosts = 2'000;
inline constexpr int kChangesEvents = 1'000;
// A page ends early when its texts are larger; one post may be larger alone.
inline constexpr int64_t kDocumentBytes = 8 << 20;

absl::StatusOr<v1::GetSnapshotResponse> GetSnapshot(const Caller& caller,
                                                    const v1::GetSnapshotRequest& request);
absl::StatusOr<v1::ListChangesResponse> ListChanges(const Caller& caller,
                                                    const v1::ListChangesRequest& request);

}  // namespace forium::forum
