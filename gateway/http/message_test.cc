// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/message.h"

#include "gateway/config.h"
#include "gateway/http/conditional.h"
#include "gateway/http/cookie.h"
#include "gateway/http/locale.h"
#include "gateway/http/problem.h"
#include "gateway/http/router.h"
#include "gateway/http/security_headers.h"
#include "gateway/http/url.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(UrlTest, DecodesAndRefuses) {
  EXPECT_EQ(PercentDecode("a%20b+c"), "a b+c");
  EXPECT_EQ(PercentDecode("a+b", true), "a b");
  EXPECT_EQ(PercentDecode("%C3%BC"), "ü");
  for (const char* wrong :
       {"%", "%2", "%zz", "%00", "%FF", "%C0%80", "%ED%A0%80", "%F4%90%80%80", "%E2%82"}) {
    EXPECT_EQ(PercentDecode(wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(PercentEncode("a b/ü"), "a%20b%2F%C3%BC");
}

TEST(UrlTest, PairsKeepOrderAndRepeats) {
  const auto pairs = ParsePairs("a=1&b=&&c&a=2%26");
  ASSERT_TRUE(pairs.has_value());
  ASSERT_EQ(pairs->size(), 4u);
  EXPECT_EQ((*pairs)[3].value, "2&");
  EXPECT_EQ(ParsePairs("a=%FF"), std::nullopt);
  EXPECT_EQ(ParsePairs("a&b&c", 2), std::nullopt);
}

TEST(UrlTest, LocalPathsStayOnTheSite) {
  EXPECT_TRUE(IsLocalPath("/t/a/1?b=c#d"));
  for (const char* path :
       {"", "t", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "/a\\b"}) {
    EXPECT_FALSE(IsLocalPath(path)) << path;
  }
}

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    const Handler none = [](Request&) -> boost::asio::awaitable<absl::StatusOr<Response>> {
      co_return Response();
    };
    for (const char* pattern : {"/", "/t/{slug}/{id}", "/t/{slug}/{id}/{number}", "/c/{slug}",
                                "/c/{slug}/feed.atom", "/api/docs", "/assets/{name...}"}) {
      router_.Get(pattern, none);
    }
    router_.Add(Method::kPost, "/c/{slug}", none);
  }
  std::string Find(std::string_view path, Method method = Method::kGet) {
    const Router::Match match = router_.Find(method, path);
    if (match.route == nullptr) return match.allow.empty() ? "none" : "allow " + match.allow;
    std::string found = match.route->pattern;
    for (const auto& [name, value] : match.variables) found += " " + name + "=" + value;
    return found;
  }
  Router router_;
};

TEST_F(RouterTest, FindsTheMostLiteral) {
  EXPECT_EQ(Find("/"), "/");
  EXPECT_EQ(Find("/t/a%20b/17"), "/t/{slug}/{id} slug=a b id=17");
  EXPECT_EQ(Find("/t/a/17/3"), "/t/{slug}/{id}/{number} slug=a id=17 number=3");
  EXPECT_EQ(Find("/c/x/feed.atom"), "/c/{slug}/feed.atom slug=x");
  EXPECT_EQ(Find("/assets/a/b.js"), "/assets/{name...} name=a/b.js");
  EXPECT_EQ(Find("/c/a%2Fb"), "/c/{slug} slug=a/b");
}

TEST_F(RouterTest, KnowsWhatIsNotThere) {
  EXPECT_EQ(Find("/t/a"), "none");
  EXPECT_EQ(Find("/t/a/17/"), "none");
  EXPECT_EQ(Find("/t//17"), "none");
  EXPECT_EQ(Find("/c/%FF"), "none");
  EXPECT_EQ(Find("/assets/"), "none");
  EXPECT_EQ(Find("*"), "none");
  EXPECT_EQ(Find("/c/x", Method::kDelete), "allow GET, HEAD, POST, OPTIONS");
}

TEST(CookieTest, FindsOneAmongMany) {
  Request request;
  request.headers = {{"Cookie", "a=1; forium_session=abc;theme=dark"}, {"cookie", "z=9"}};
  EXPECT_EQ(CookieValue(request, "forium_session"), "abc");
  EXPECT_EQ(CookieValue(request, "theme"), "dark");
  EXPECT_EQ(CookieValue(request, "z"), "9");
  EXPECT_EQ(CookieValue(request, "session"), "");
}

TEST(CookieTest, SecureCookieHasThePrefix) {
  EXPECT_THAT(SessionCookie(true).Set("x", absl::Hours(1)),
              ::testing::AllOf(HasSubstr("__Host-forium_session=x;"), HasSubstr("Secure"),
                               HasSubstr("HttpOnly")));
  EXPECT_THAT(SessionCookie(false).Set("x", absl::Hours(1)), Not(HasSubstr("Secure")));
  EXPECT_THAT(SessionCookie(false).Clear(), HasSubstr("Max-Age=0"));
}

TEST(ProblemTest, TellsThePublicHalf) {
  status::ErrorDetail detail;
  detail.set_reason(type::v1::EDIT_CONFLICT);
  (*detail.mutable_metadata())["current_revision"] = "4";
  const Response response = ProblemResponse(
      status::Error(absl::StatusCode::kAborted, detail, "Somebody else changed it."), "id1");
  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(response.Header("content-type"), "application/problem+json");
  EXPECT_EQ(
      response.body.view(),
      R"({"type":"about:blank","title":"Conflict","status":409,"detail":"Somebody else changed it.",)"
      R"("reason":"EDIT_CONFLICT","requestId":"id1","metadata":{"current_revision":"4"}})");
}

TEST(ProblemTest, HidesCausesOfFaults) {
  const std::string own = ProblemJson(status::Internal("disk I/O error in post 17"), "id1");
  EXPECT_THAT(own, Not(HasSubstr("disk")));
  EXPECT_THAT(own, HasSubstr("INTERNAL"));
  EXPECT_THAT(ProblemJson(absl::UnavailableError("failed to connect to 10.1.2.3"), "id1"),
              ::testing::AllOf(Not(HasSubstr("10.1.2.3")), HasSubstr("UNAVAILABLE")));
}

TEST(ProblemTest, SaysWhenToComeBack) {
  status::ErrorDetail detail;
  detail.set_reason(type::v1::TOO_MANY_REQUESTS);
  detail.set_retry_after(7);
  const Response response =
      ProblemResponse(status::Error(absl::StatusCode::kResourceExhausted, detail, "Wait."), "");
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.Header("retry-after"), "7");
}

TEST(ConditionalTest, EtagsMatchWeaklyAndInLists) {
  EXPECT_TRUE(MatchesEtag("\"a\"", "\"a\""));
  EXPECT_TRUE(MatchesEtag("\"b\", W/\"a\"", "\"a\""));
  EXPECT_TRUE(MatchesEtag("*", "\"a\""));
  EXPECT_FALSE(MatchesEtag("\"ab\"", "\"a\""));
  EXPECT_FALSE(MatchesEtag("*", ""));
  EXPECT_NE(EtagOf("a"), EtagOf("b"));
}

TEST(LocaleTest, TakesTheBestKnown) {
  EXPECT_EQ(NegotiateLocale("de-AT,de;q=0.9,en;q=0.8"), "de");
  EXPECT_EQ(NegotiateLocale("fr,en;q=0.5,de;q=0.7"), "de");
  EXPECT_EQ(NegotiateLocale("fr-FR"), "");
  EXPECT_EQ(NegotiateLocale(""), "");
  EXPECT_EQ(KnownLocale("den"), "");
}

TEST(SecurityHeadersTest, HtmlIsStrictAndOnce) {
  Config config;
  const SecurityHeaders headers(config, {"'sha256-abc='"});
  Response response = Response::Html("<p>");
  headers.Apply(response);
  const size_t fields = response.headers.size();
  headers.Apply(response);
  EXPECT_EQ(response.headers.size(), fields);
  const std::string_view policy = response.Header("content-security-policy");
  EXPECT_THAT(policy, HasSubstr("script-src 'self' 'sha256-abc=';"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_EQ(response.Header("strict-transport-security"), "");
}

TEST(SecurityHeadersTest, HttpsIsKept) {
  Config config;
  config.public_url = "https://forum.example";
  Response response = Response::Json("{}");
  SecurityHeaders(config, {}).Apply(response);
  EXPECT_THAT(response.Header("strict-transport-security"), HasSubstr("max-age="));
  EXPECT_THAT(response.Header("content-security-policy"), HasSubstr("default-src 'none'"));
}

}  // namespace
}  // namespace forium::gateway
