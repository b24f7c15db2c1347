// SPDX-License-Identifier: Apache-2.0
// Commands on a community: they run in the process that owns the data directory, whoever that is.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/allinone/community.h"
#include "services/allinone/console.h"

namespace forium::allinone {

// What was asked; paths are absolute. Travels through the control socket as JSON.
struct Command {
  std::string verb;  // `import discourse`, `user create`, `user reset`, `backup`
  std::vector<std::string> files = {};
  std::string categories = {};  // import: the file of categories
  std::string username = {};
  std::string email = {};
  std::string password = {};
  bool admin = false;
};

// Runs it. Errors carry one sentence for the person.
absl::Status Run(const Command& command, Community& community, Console& console);

std::string ToJson(const Command& command);
absl::StatusOr<Command> CommandFromJson(std::string_view json);

}  // namespace forium::allinone
