// SPDX-License-Identifier: Apache-2.0
// Cooks posts as this community does. Runs before a transaction, never within one.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "proto/forium/forum/v1/forum.pb.h"
#include "services/forum/caller.h"
#include "services/forum/markdown/markdown.h"

namespace forium::forum {

markdown::CookOptions CookOptionsFor(const Config& config);
// Checks the text, too. Errors: INVALID_FIELD, TEXT_TOO_LONG.
absl::StatusOr<markdown::Cooked> CookPost(const Config& config, std::string_view raw);
absl::StatusOr<v1::PreviewPostResponse> PreviewPost(const Caller& caller,
                                                    const v1::PreviewPostRequest& request);

}  // namespace forium::forum
