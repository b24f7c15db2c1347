// SPDX-License-Identifier: Apache-2.0
// All paths of the gateway, on one screen: routes.cc.
#pragma once

#include <memory>

#include "gateway/api/transcoder.h"
#include "gateway/http/router.h"
#include "gateway/page_hooks.h"
#include "gateway/realtime/realtime.h"
#include "gateway/status/status.h"

namespace forium::gateway {

// `status` outlives the requests, and may be made later.
void AddRoutes(Router& router, const PageHooks& pages, const Transcoder& api, Realtime& realtime,
               const std::unique_ptr<EdgeStatus>& status);

}  // namespace forium::gateway
