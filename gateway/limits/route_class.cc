// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/route_class.h"

namespace forium::gateway {
namespace {

// The path itself, or something below it.
bool Under(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace

std::string_view RouteClassName(RouteClass route_class) {
  switch (route_class) {
    case RouteClass::kPage:
      return "page";
    case RouteClass::kApiRead:
      return "api";
    case RouteClass::kWrite:
      return "write";
    case RouteClass::kExpensive:
      return "login";
    case RouteClass::kSearch:
      return "search";
    case RouteClass::kStatic:
      return "static";
  }
  return "page";
}

RouteClass ClassOf(Method method, std::string_view path) {
  if (Under(path, "/_page")) path.remove_prefix(6);
  const bool api = path.starts_with("/api/v1/");
  const std::string_view call = api ? path.substr(8) : std::string_view();
  if (method != Method::kGet && method != Method::kOptions) {
    const bool expensive =
        call == "sessions" || call == "users" || call == "me/password" || Under(call, "links");
    return expensive ? RouteClass::kExpensive : RouteClass::kWrite;
  }
  if (Under(path, "/search") || Under(call, "search")) return RouteClass::kSearch;
  if (Under(path, "/api") || path == "/realtime" || path == "/events") return RouteClass::kApiRead;
  if (path.starts_with("/assets/") || path.starts_with("/.well-known/") || path == "/favicon.svg" ||
      path == "/favicon.ico" || path == "/robots.txt" || path == "/manifest.webmanifest") {
    return RouteClass::kStatic;
  }
  return RouteClass::kPage;
}

}  // namespace forium::gateway
