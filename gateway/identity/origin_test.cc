// SPDX-License-Identifier: Apache-2.0
#include "gateway/identity/origin.h"

#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

struct Case {
  const char* name;
  std::vector<Request::HeaderField> headers;
  bool session;
  bool bearer;
  bool allowed;
};

class OriginTest : public ::testing::TestWithParam<Case> {};

TEST_P(OriginTest, AllowsOrRefusesChanges) {
  Config config;
  config.public_url = "https://forum.example/";
  Request request;
  request.method = Method::kPost;
  request.host = "127.0.0.1:8080";
  request.headers = GetParam().headers;
  request.bearer = GetParam().bearer;
  if (GetParam().session || GetParam().bearer) request.session_token = "x";
  EXPECT_EQ(CheckOrigin(request, config).ok(), GetParam().allowed);
  request.method = Method::kGet;
  EXPECT_TRUE(CheckOrigin(request, config).ok());
}

const Request::HeaderField kCookie{"Cookie", "forium_session=x"};

const Case kCases[] = {
    {"OwnHost", {kCookie, {"Origin", "http://127.0.0.1:8080"}}, true, false, true},
    {"PublicUrl", {kCookie, {"Origin", "https://forum.example"}}, true, false, true},
    {"OtherSite", {kCookie, {"Origin", "https://evil.example"}}, true, false, false},
    {"OtherPort", {kCookie, {"Origin", "http://127.0.0.1:8081"}}, true, false, false},
    {"OtherScheme", {kCookie, {"Origin", "https://127.0.0.1:8080"}}, true, false, false},
    {"HostAsPrefix",
     {kCookie, {"Origin", "https://forum.example.evil.example"}},
     true,
     false,
     false},
    {"Null", {kCookie, {"Origin", "null"}}, true, false, false},
    {"OriginWinsOverFetchSite",
     {{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "same-origin"}},
     true,
     false,
     false},
    {"FetchSiteSameOrigin", {kCookie, {"Sec-Fetch-Site", "same-origin"}}, true, false, true},
    {"FetchSiteNone", {kCookie, {"Sec-Fetch-Site", "none"}}, true, false, true},
    {"FetchSiteSameSite", {kCookie, {"Sec-Fetch-Site", "same-site"}}, true, false, false},
    {"FetchSiteCrossSite", {{"Sec-Fetch-Site", "cross-site"}}, false, false, false},
    {"CookieWithoutBoth", {kCookie}, true, false, false},
    {"NoSessionWithoutBoth", {}, false, false, true},
    {"NoSessionFromOtherSite", {{"Origin", "https://evil.example"}}, false, false, false},
    {"BearerFromAnywhere", {{"Origin", "https://app.example"}}, false, true, true},
    {"BearerWithCookie", {kCookie, {"Origin", "https://evil.example"}}, true, true, false},
};

INSTANTIATE_TEST_SUITE_P(Origins, OriginTest, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace forium::gateway
