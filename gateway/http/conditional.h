// SPDX-License-Identifier: Apache-2.0
// What a client asks under a condition: entity tags, strong ones of bytes, and times of change (RFC
// 9110, 13.1.2 and 13.1.3). Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace forium::gateway {

std::string EtagOf(std::string_view bytes);  // in quotes
bool MatchesEtag(std::string_view if_none_match, std::string_view etag);

// For Last-Modified, to the second.
std::string HttpDate(absl::Time time);

// What a request has, and what the answer would have; empty: none.
struct Condition {
  std::string_view if_none_match = {};
  std::string_view if_modified_since = {};
};
struct Validators {
  std::string_view etag = {};
  std::string_view last_modified = {};
};
// Whether 304 is the answer. A tag decides alone. A time counts when it is the very one that was
// given out: a list that lost its newest entry is older than before, and has changed.
bool IsUnchanged(const Condition& condition, const Validators& validators);

}  // namespace forium::gateway
