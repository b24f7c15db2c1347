// SPDX-License-Identifier: Apache-2.0
// Where a page of results ends: the last one's score and key, and how many came before; with a
// fingerprint of the list, so that a token of another list is refused. Opaque to clients, not
// secret. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace forium::search {

struct PagePlace {
  int64_t score = 0;
  int64_t key = 0;
  int32_t count = 0;
};

// `list` names the list with everything that selects or orders it: `search/soft shadows`.
std::string MakePageToken(std::string_view list, const PagePlace& place);
// Errors: INVALID_PAGE_TOKEN.
absl::StatusOr<PagePlace> ParsePageToken(std::string_view list, std::string_view token);

}  // namespace forium::search
