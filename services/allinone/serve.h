// SPDX-License-Identifier: Apache-2.0
// `forium serve`: everything in one process, until SIGTERM or SIGINT.
#pragma once

#include "absl/status/status.h"

namespace forium::allinone {

absl::Status ServeCommand(int argc, const char* const* argv);

}  // namespace forium::allinone
