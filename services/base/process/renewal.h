// SPDX-License-Identifier: Apache-2.0
// A program that is replaced by its next version in place: the same process goes on as the file
// that now lies where it was started from, and keeps descriptors: sockets that listen, so that
// connections wait instead of being refused, and locks. They are handed over as systemd hands over
// sockets (sd_listen_fds(3): LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES), which is why both come in by
// the same way.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace forium::process {

struct Descriptor {
  std::string name;  // without `:`
  int number = -1;
};

// What this process was given; the variables are removed. Once, before other threads start. The
// caller owns the descriptors.
std::vector<Descriptor> TakeInherited();

// Remembers how the program was started, for Renew. Before other threads start.
void RememberProgram(int argc, const char* const* argv);

// Whether the file that lies where the program was started from runs and accepts the settings:
// `… --check-config` within ten seconds. Errors say what it said.
absl::Status CheckSuccessor();

// Becomes it. All else that is open is closed. Returns only when that fails; nothing is lost then.
absl::Status Renew(const std::vector<Descriptor>& kept);

}  // namespace forium::process
