// SPDX-License-Identifier: Apache-2.0
// Sockets that listen, as they pass from systemd or a former version of the program to this one and
// on to the next (services/base/process/renewal.h). Their names: `http`, `https`.
#pragma once

#include <vector>

#include "gateway/http/listener.h"
#include "services/base/process/renewal.h"

namespace forium::gateway {

// Those that listen; others are left. A socket without one of the names is for HTTPS when its port
// is 443.
std::vector<ListeningSocket> SocketsAmong(const std::vector<process::Descriptor>& inherited);
std::vector<process::Descriptor> DescriptorsOf(const std::vector<ListeningSocket>& sockets);

}  // namespace forium::gateway
