// SPDX-License-Identifier: Apache-2.0
// All paths of the gateway, on one screen: routes.cc.
#pragma once

#include "gateway/api/transcoder.h"
#include "gateway/http/router.h"
#include "gateway/page_hooks.h"
#include "gateway/realtime/realtime.h"

namespace forium::gateway {

void AddRoutes(Router& router, const PageHooks& pages, const Transcoder& api, Realtime& realtime);

}  // namespace forium::gateway
