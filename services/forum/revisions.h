// SPDX-License-Identifier: Apache-2.0
// Earlier texts of a post.
#pragma once

#include "absl/status/statusor.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "services/forum/caller.h"

namespace forium::forum {

// Texts are long, therefore few a page.
inline constexpr int kRevisionsPerPage = 20;

absl::StatusOr<v1::ListRevisionsResponse> ListRevisions(const Caller& caller,
                                                        const v1::ListRevisionsRequest& request);

}  // namespace forium::forum
