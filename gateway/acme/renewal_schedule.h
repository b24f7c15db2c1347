// SPDX-License-Identifier: Apache-2.0
// When to ask for a certificate: again before it ends, and again after it failed. Pure functions.
#pragma once

#include <string>

#include "absl/time/time.h"

namespace forium::gateway {

// At two thirds of its lifetime, and up to a fiftieth of it later. The same for the same
// certificate at each start, and different among hosts that got theirs together.
absl::Time RenewalTime(const std::string& host, absl::Time not_before, absl::Time not_after);

struct Pauses {
  // After the first failure, when the other challenge is tried; authorities allow about five failed
  // checks of a host in an hour.
  absl::Duration first = absl::Seconds(5);
  // After the second one; each further one doubles it.
  absl::Duration second = absl::Minutes(5);
  absl::Duration longest = absl::Hours(12);
};

// After `failures` in a row; `chance` from 0 to 1 moves it by a fifth either way.
absl::Duration PauseAfter(int failures, const Pauses& pauses, double chance);

}  // namespace forium::gateway
