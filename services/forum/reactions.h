// SPDX-License-Identifier: Apache-2.0
// Likes.
#pragma once

#include "absl/status/statusor.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "services/forum/caller.h"

namespace forium::forum {

absl::StatusOr<v1::Post> PutReaction(const Caller& caller, const v1::PutReactionRequest& request);
absl::StatusOr<v1::Post> DeleteReaction(const Caller& caller,
                                        const v1::DeleteReactionRequest& request);

}  // namespace forium::forum
