// SPDX-License-Identifier: Apache-2.0
// The commands that a person gives beside `serve`: parsed here, run in this process when nobody
// serves the data directory, else by the process that does.
#pragma once

#include "absl/status/status.h"
#include "services/allinone/terminal.h"

namespace forium::allinone {

// Each takes the words after the verb.
absl::Status ImportCommand(int argc, const char* const* argv, Terminal& terminal);
absl::Status UserCommand(int argc, const char* const* argv, Terminal& terminal);
absl::Status BackupCommand(int argc, const char* const* argv, Terminal& terminal);
absl::Status RestoreCommand(int argc, const char* const* argv, Terminal& terminal);
absl::Status CheckCommand(int argc, const char* const* argv, Terminal& terminal);
absl::Status VersionCommand(int argc, const char* const* argv, Terminal& terminal);

}  // namespace forium::allinone
