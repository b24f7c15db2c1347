// SPDX-License-Identifier: Apache-2.0
// A post as the RPCs on one post answer it: with author, the topic's slug, and raw for those who
// may edit.
#pragma once

#include "absl/status/statusor.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "services/forum/caller.h"
#include "services/forum/store.h"

namespace forium::forum {

// Reads the post again, so that it shows what the transaction left behind.
absl::StatusOr<v1::Post> ShownPost(Store& store, const Reader& reader, int64_t post_id);

// Writes the caller into the projection of accounts if it knows nothing as new. `known_version`: of
// the projection.
absl::Status KeepCaller(Store& store, const Caller& caller, int64_t known_version);
v1::Author AuthorOf(const Caller& caller);

}  // namespace forium::forum
