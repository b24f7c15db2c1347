// SPDX-License-Identifier: Apache-2.0
// The tags of a community's newest topics, the most used first, read anew each minute. They are of
// all topics: who tells one asks first whether the caller may read a post with it. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/base/database/database.h"

namespace forium::search {

absl::StatusOr<std::shared_ptr<const std::vector<std::string>>> KnownTags(
    const std::shared_ptr<database::Database>& database);

}  // namespace forium::search
