// SPDX-License-Identifier: Apache-2.0
// `forium move --from DSN|DIR --to DSN|DIR`: takes a community from SQLite to Postgres or back,
// with all of its tenants. Nobody may serve either meanwhile. Cut off at any moment and run again
// it completes. The source stays as it was.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "services/allinone/console.h"
#include "services/base/database/placement.h"

namespace forium::allinone {

// Of the words after the verb.
absl::Status MoveCommand(int argc, const char* const* argv, Console& console);

struct MoveRequest {
  // A data directory or a connection string each.
  std::string from;
  std::string to;
  // Of the side on Postgres, where it is another than the tenants'.
  std::string control_dsn;
};
// Errors: InvalidArgument (not a place), FailedPrecondition (no community there, one there already,
// in use), DataLoss (what was copied is not what is there).
absl::Status Move(const MoveRequest& request, Console& console);

}  // namespace forium::allinone
