// SPDX-License-Identifier: Apache-2.0
// Writing posts: reply, edit, delete and restore, hide, accept. Each validates, authorises, acts
// and announces in one transaction.
#pragma once

#include "absl/status/statusor.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "services/forum/caller.h"

namespace forium::forum {

absl::StatusOr<v1::Post> GetPost(const Caller& caller, const v1::GetPostRequest& request);
absl::StatusOr<v1::Post> CreatePost(const Caller& caller, const v1::CreatePostRequest& request);
// Without a revision the edit is unconditional.
absl::StatusOr<v1::Post> UpdatePost(const Caller& caller, const v1::UpdatePostRequest& request);
absl::StatusOr<v1::Post> DeletePost(const Caller& caller, const v1::DeletePostRequest& request);
absl::StatusOr<v1::Post> RestorePost(const Caller& caller, const v1::RestorePostRequest& request);
absl::StatusOr<v1::Post> HidePost(const Caller& caller, const v1::HidePostRequest& request);
absl::StatusOr<v1::Post> AcceptPost(const Caller& caller, const v1::AcceptPostRequest& request);

}  // namespace forium::forum
