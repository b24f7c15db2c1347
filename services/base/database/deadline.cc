// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/deadline.h"

#include <algorithm>

namespace forium::database {
namespace {

thread_local absl::Time current = absl::InfiniteFuture();

}  // namespace

Deadline::Deadline(absl::Time time) : previous_(current) { current = std::min(time, previous_); }
Deadline::~Deadline() { current = previous_; }
absl::Time Deadline::Current() { return current; }

}  // namespace forium::database
