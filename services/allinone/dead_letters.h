// SPDX-License-Identifier: Apache-2.0
// `forium events dead list|replay|drop --nats-url URL`: the events that a listener of the suite
// could not handle. Once the cause is repaired they are replayed to that listener, or dropped.
#pragma once

#include "absl/status/status.h"
#include "services/allinone/console.h"

namespace forium::allinone {

// Of the words after the verb `events`.
absl::Status EventsCommand(int argc, const char* const* argv, Console& console);

}  // namespace forium::allinone
