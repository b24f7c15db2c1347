// SPDX-License-Identifier: Apache-2.0
// `forium status`: asks the process that serves a data directory how it is, and says it in words
// for a terminal.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/allinone/console.h"

namespace forium::allinone {

// Prints. Errors: NotFound, nobody serves the directory.
absl::Status StatusCommand(int argc, const char* const* argv, Console& console);

// The document of docs/edge.md (Status) as lines. Errors: it is none.
absl::StatusOr<std::string> StatusInWords(std::string_view json);

}  // namespace forium::allinone
