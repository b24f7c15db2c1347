// SPDX-License-Identifier: Apache-2.0
// Takes over another forum's categories, topics and posts, batch by batch, each in one transaction.
// What a source has given before is known by its ids there and stays as it is, so that an import
// can be ended and begun again anywhere.
#pragma once

#include "absl/status/statusor.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "services/forum/caller.h"

namespace forium::forum {

absl::StatusOr<v1::ImportResponse> Import(const Caller& caller, const v1::ImportRequest& request);
// Where an id of another forum, or of this one (source empty), is to be found. Errors: NOT_FOUND.
absl::StatusOr<v1::ResolveOldIdResponse> ResolveOldId(const Caller& caller,
                                                      const v1::ResolveOldIdRequest& request);

}  // namespace forium::forum
