// SPDX-License-Identifier: Apache-2.0
// What is answered to requests that are not worked on. Made without asking anybody and, under load,
// from texts that are ready. Pure functions, thread-safe.
#pragma once

#include "absl/time/time.h"
#include "gateway/http/message.h"

namespace forium::gateway {

// 503 with a Retry-After of some seconds, which differ so that not all come back at once: a small
// page for a browser's navigation, else a problem document.
Response ShedAnswer(const Request& request);
// 429: over a rate; `wait` until the next request passes. A page for browsers (limited_page.h),
// else a problem document.
Response LimitedAnswer(const Request& request, absl::Duration wait);
// 403: the address is on the deny list.
Response DeniedAnswer(const Request& request);

}  // namespace forium::gateway
