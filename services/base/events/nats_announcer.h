// SPDX-License-Identifier: Apache-2.0
// Announcements as plain messages of NATS: `forium.<name>.<tenant>`, the tenant's id once more on
// the first line.
#pragma once

#include <memory>

#include "services/base/events/announcer.h"
#include "services/base/events/nats_connection.h"

namespace forium::events {

void AnnounceOn(const NatsLink& link, std::string_view name, std::string_view tenant,
                std::string_view bytes);
std::unique_ptr<Subscription> HearAnnouncements(const NatsLink& link, std::string_view name,
                                                Announcer::Hearing hearing);

}  // namespace forium::events
