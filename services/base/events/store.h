// SPDX-License-Identifier: Apache-2.0
// What the relay asks of its database beside the log itself.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/base/database/database.h"

namespace forium::events {

// The last sequence that was published and settled; 0: none.
absl::StatusOr<int64_t> ReadMark(database::Database& database);
absl::Status MoveMark(database::Database& database, int64_t sequence);

// The last sequence in the log; 0: it is empty.
absl::StatusOr<int64_t> LastSequence(database::Database& database);

// Deletes events from before `time` that every cursor on the log has passed, oldest first, some at
// a time. The number of deleted ones; 0: nothing is left to delete.
absl::StatusOr<int64_t> DeleteOldEvents(database::Database& database, absl::Time time);

}  // namespace forium::events
