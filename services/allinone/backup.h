// SPDX-License-Identifier: Apache-2.0
// Backup and restore of all of a community's databases as one file, at one point in time.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "services/allinone/community.h"
#include "services/allinone/console.h"

namespace forium::allinone {

// Writes a backup while the community is served: writes wait while the databases are copied, reads
// go on.
absl::Status Backup(Community& community, const std::string& out, Console& console);

// Puts a backup into a data directory that does not exist yet or is empty; it appears whole or not
// at all.
absl::Status Restore(const std::string& in, const std::string& data, Console& console);

}  // namespace forium::allinone
