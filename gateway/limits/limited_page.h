// SPDX-License-Identifier: Apache-2.0
// The page for a browser that asks too often: what happened, and when to try again. It stands in
// one answer with its style, since the next request of the same browser may be refused too, and
// since other sites of this process have no files of ours. Pure functions, thread-safe.
#pragma once

#include "gateway/http/message.h"

namespace forium::gateway {

// Whether the answer is shown to somebody: a browser that opens an address or sends a form. What
// our own pages and programs ask for is not, nor the answers of the API.
bool ShowsPage(const Request& request);

// 429; `seconds` until the next request passes.
Response LimitedPage(const Request& request, int seconds);

}  // namespace forium::gateway
