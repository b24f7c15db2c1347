// SPDX-License-Identifier: Apache-2.0
#include "gateway/sites/forwarded.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forium::gateway {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kKey[] = "\r\nSec-WebSocket-Key: [A-Za-z0-9+/]{22}==\r\n";

TEST(ForwardedRequestTest, WebSocketOfHttp2GetsTheKeyThatHttp1Wants) {
  Request request;
  request.host = "app.example";
  request.path = "/socket";
  request.upgrade = "websocket";
  EXPECT_THAT(ForwardedRequest(request), ContainsRegex(kKey));
  EXPECT_NE(ForwardedRequest(request), ForwardedRequest(request));
}

TEST(ForwardedRequestTest, OtherUpgradesGetNone) {
  Request request;
  request.host = "app.example";
  request.path = "/";
  request.upgrade = "other";
  EXPECT_THAT(ForwardedRequest(request), Not(HasSubstr("Sec-WebSocket-Key")));
}

}  // namespace
}  // namespace forium::gateway
