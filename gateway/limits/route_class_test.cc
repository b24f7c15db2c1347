// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/route_class.h"

#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

TEST(RouteClassTest, FollowsMethodAndPath) {
  const struct {
    Method method;
    const char* path;
    RouteClass expected;
  } cases[] = {
      {Method::kGet, "/", RouteClass::kPage},
      {Method::kGet, "/t/some-title/17", RouteClass::kPage},
      {Method::kGet, "/_page/t/some-title/17", RouteClass::kPage},
      {Method::kGet, "/_page", RouteClass::kPage},
      {Method::kGet, "/login", RouteClass::kPage},
      {Method::kGet, "/feed.atom", RouteClass::kPage},
      {Method::kGet, "/search", RouteClass::kSearch},
      {Method::kGet, "/_page/search", RouteClass::kSearch},
      {Method::kGet, "/searching", RouteClass::kPage},
      {Method::kGet, "/api/v1/search", RouteClass::kSearch},
      {Method::kGet, "/api/v1/topics/17", RouteClass::kApiRead},
      {Method::kOptions, "/api/v1/topics", RouteClass::kApiRead},
      {Method::kGet, "/realtime", RouteClass::kApiRead},
      {Method::kGet, "/assets/x-1234.js", RouteClass::kStatic},
      {Method::kGet, "/robots.txt", RouteClass::kStatic},
      {Method::kGet, "/.well-known/acme-challenge/x", RouteClass::kStatic},
      {Method::kPost, "/assets/x-1234.js", RouteClass::kWrite},
      {Method::kPost, "/api/v1/topics/17/posts", RouteClass::kWrite},
      {Method::kDelete, "/api/v1/sessions/current", RouteClass::kWrite},
      {Method::kOther, "/", RouteClass::kWrite},
      {Method::kPost, "/api/v1/sessions", RouteClass::kExpensive},
      {Method::kPost, "/api/v1/users", RouteClass::kExpensive},
      {Method::kPost, "/api/v1/users/7/rename", RouteClass::kWrite},
      {Method::kPost, "/api/v1/links/abc", RouteClass::kExpensive},
      {Method::kPost, "/api/v1/me/password", RouteClass::kExpensive},
      {Method::kGet, "/api/v1/sessions", RouteClass::kApiRead},
      {Method::kGet, "*", RouteClass::kPage},
      {Method::kGet, "", RouteClass::kPage},
  };
  for (const auto& [method, path, expected] : cases) {
    EXPECT_EQ(RouteClassName(ClassOf(method, path)), RouteClassName(expected)) << path;
  }
}

}  // namespace
}  // namespace forium::gateway
