// SPDX-License-Identifier: Apache-2.0
// Work: a durable pull consumer of a name, shared by the processes that use it. A thread per stream
// asks for events and hands them to the handler one at a time; each is acknowledged once it was
// handled. Where the handler's surroundings fail (Unavailable and the like) the consumer stands
// still and tries the same event again; where the event itself fails, it comes again after a pause
// that grows, and at last becomes a dead letter.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "services/base/events/nats_connection.h"

namespace forium::events {

std::unique_ptr<Subscription> ConsumeWork(const NatsLink& link, Listener listener);

}  // namespace forium::events
