// SPDX-License-Identifier: Apache-2.0
// Kinds of requests that limits tell apart, from method and path alone: before routing, before the
// body. Pure functions, no allocation.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/http/message.h"

namespace forium::gateway {

enum class RouteClass : uint8_t {
  kPage,       // reads as a page, and feeds
  kApiRead,    // reads by the API
  kWrite,      // changes
  kExpensive,  // signing in and up, links by mail, passwords
  kSearch,
  kStatic,  // files, and what machines ask for: /.well-known/, robots.txt
};
inline constexpr int kRouteClasses = 6;
std::string_view RouteClassName(RouteClass route_class);  // `page`, for labels

// `path` as sent, with or without `/_page` in front.
RouteClass ClassOf(Method method, std::string_view path);

}  // namespace forium::gateway
