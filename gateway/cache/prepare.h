// SPDX-License-Identifier: Apache-2.0
// Turns a finished response into the bytes that the cache sends again and again.
#pragma once

#include <memory>

#include "gateway/cache/cached_page.h"
#include "gateway/http/message.h"

namespace forium::gateway {

// The response has its Content-Type, coding and security header fields already; gets an ETag if it
// has none.
std::shared_ptr<const CachedPage> Prepare(Response response);

}  // namespace forium::gateway
