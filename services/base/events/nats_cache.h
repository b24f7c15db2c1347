// SPDX-License-Identifier: Apache-2.0
// Events for caches: a plain subscription of this process to the subjects of all services, without
// any trace on the server. What is published while it is away is missed, and said to be.
#pragma once

#include <memory>

#include "services/base/events/nats_connection.h"

namespace forium::events {

std::unique_ptr<Subscription> HearFromNow(const NatsLink& link, Listener listener);

}  // namespace forium::events
