// SPDX-License-Identifier: Apache-2.0
// Where a page of a list ends: the key of its last row and a fingerprint of the list, so that a
// token of another list is refused. Opaque to clients, not secret. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace forium::forum {

struct PageKey {
  int64_t first = 0;
  int64_t second = 0;
};

// `list` names the list with everything that selects or orders its rows:
// `topics/latest/category=3`.
std::string MakePageToken(std::string_view list, const PageKey& key);
// Errors: INVALID_PAGE_TOKEN.
absl::StatusOr<PageKey> ParsePageToken(std::string_view list, std::string_view token);

// The number of rows that a request asks for; 0 means `otherwise`. Errors: INVALID_FIELD outside 1
// to 100.
absl::StatusOr<int> PageSize(int requested, int otherwise);

}  // namespace forium::forum
