// SPDX-License-Identifier: Apache-2.0
// What every bus does to hand an event to a listener.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "services/base/events/events.h"

namespace forium::events {

// Runs the handler in a span that is linked to the change; its log lines and events carry on the
// trace. An exception is an Internal error.
absl::Status Handle(const std::string& listener, const Handler& handler, std::string_view stream,
                    const Event& event);

}  // namespace forium::events
