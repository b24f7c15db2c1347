// SPDX-License-Identifier: Apache-2.0
// The Unix socket in a data directory by which commands reach the process that owns it. One JSON
// line asks; lines answer: {"print": …}, {"progress": …}, and last {"ok": true} or {"error": …}.
// Only the owner of the folder gets in.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/allinone/command.h"
#include "services/allinone/console.h"

namespace forium::allinone {

// Answers commands, one after another, on a thread of its own, until destroyed.
class ControlServer {
 public:
  // `status` tells how the process is, as JSON, for the verb `status`.
  static absl::StatusOr<std::unique_ptr<ControlServer>> Start(Community& community,
                                                              std::function<std::string()> status);
  ~ControlServer();

 private:
  struct State;
  explicit ControlServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Has the owner of `data` run a command. Errors: NotFound when nobody listens there; else what the
// command says.
absl::Status RunAtOwner(const std::string& data, const Command& command, Console& console);

}  // namespace forium::allinone
