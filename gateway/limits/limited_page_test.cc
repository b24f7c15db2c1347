// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/limited_page.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "gateway/limits/refusals.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kBrowser[] = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
constexpr char kProblem[] = "application/problem+json";
constexpr char kPage[] = "text/html; charset=utf-8";

// A request looks at texts that others keep.
Request Get(const char* path, const char* accept = kBrowser) {
  Request request;
  request.method = Method::kGet;
  request.path = path;
  request.headers.push_back({"Accept", accept});
  return request;
}

std::string TypeOf(const Request& request) {
  const Response response = LimitedAnswer(request, absl::Seconds(3));
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.Header("retry-after"), "3");
  EXPECT_EQ(response.Header("cache-control"), "no-store");
  return std::string(response.Header("content-type"));
}

std::string PageFor(const Request& request, absl::Duration wait = absl::Seconds(3)) {
  return std::string(LimitedAnswer(request, wait).body.view());
}

TEST(LimitedPageTest, BrowsersGetAPageAndProgramsAProblem) {
  EXPECT_EQ(TypeOf(Get("/search")), kPage);
  EXPECT_EQ(TypeOf(Get("/t/a/17")), kPage);
  EXPECT_EQ(TypeOf(Get("/search", "application/json")), kProblem);
  EXPECT_EQ(TypeOf(Get("/search", "*/*")), kProblem);
  EXPECT_EQ(TypeOf(Get("/search", "")), kProblem);
  EXPECT_EQ(TypeOf(Get("/search", "application/json, text/html;q=0.5")), kProblem);
  EXPECT_EQ(TypeOf(Get("/api/v1/search")), kProblem);
  Request props = Get("/search");
  props.props_only = true;
  EXPECT_EQ(TypeOf(props), kProblem);
  // A form of a browser without JavaScript.
  Request form = Get("/api/v1/topics");
  form.method = Method::kPost;
  EXPECT_EQ(TypeOf(form), kPage);
}

TEST(LimitedPageTest, SaysWhenToTryAgain) {
  const Request request = Get("/search");
  EXPECT_THAT(PageFor(request, absl::Milliseconds(200)), HasSubstr("in a second"));
  EXPECT_THAT(PageFor(request, absl::Milliseconds(1200)), HasSubstr("in 2 seconds"));
  EXPECT_THAT(PageFor(request, absl::Seconds(99)), HasSubstr("in 99 seconds"));
  EXPECT_THAT(PageFor(request, absl::Seconds(121)), HasSubstr("in 3 minutes"));
  EXPECT_THAT(PageFor(request, absl::InfiniteDuration()), HasSubstr("in an hour"));
  EXPECT_THAT(PageFor(request), HasSubstr("<a href=\"\">Try again</a>"));
  EXPECT_THAT(PageFor(request), Not(HasSubstr("{{")));
}

TEST(LimitedPageTest, SpeaksTheLanguageOfTheBrowser) {
  Request request = Get("/search");
  EXPECT_THAT(PageFor(request), HasSubstr("<html lang=\"en\">"));
  request.headers.push_back({"Accept-Language", "de-AT,de;q=0.9"});
  EXPECT_THAT(PageFor(request), HasSubstr("<html lang=\"de\">"));
  EXPECT_THAT(PageFor(request), HasSubstr("In 3 Sekunden geht es weiter."));
  EXPECT_THAT(PageFor(request), Not(HasSubstr("{{")));
  request.locale = "en";  // the account's
  EXPECT_THAT(PageFor(request), HasSubstr("<html lang=\"en\">"));
}

TEST(LimitedPageTest, BlamesNobodyForOthersAtTheSameAddress) {
  Request request = Get("/search");
  EXPECT_THAT(PageFor(request), HasSubstr("You, or others at your internet address, sent"));
  auto member = std::make_shared<Identity>();
  member->principal.set_user_id(7);
  request.identity = member;
  EXPECT_THAT(PageFor(request), HasSubstr("<p>You sent"));
}

TEST(LimitedPageTest, WhatWasSentIsNotSaidToBeTaken) {
  Request request = Get("/t/a/17/reply");
  request.method = Method::kPost;
  EXPECT_THAT(PageFor(request), HasSubstr("was not taken"));
  EXPECT_THAT(PageFor(request), Not(HasSubstr("<a ")));
  request.locale = "de";
  EXPECT_THAT(PageFor(request), HasSubstr("ist nicht angekommen"));
}

TEST(LimitedPageTest, LoadsNothingAndTheHashIsThatOfItsStyle) {
  const Response response = LimitedAnswer(Get("/search"), absl::Seconds(3));
  const std::string page(response.body.view());
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("<link")));
  EXPECT_THAT(page, Not(HasSubstr(" style=")));
  EXPECT_THAT(page, Not(HasSubstr("http-equiv")));
  const size_t begin = page.find("<style>") + 7;
  const std::string style = page.substr(begin, page.find("</style>") - begin);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(style.data()), style.size(), digest);
  unsigned char coded[64];
  EVP_EncodeBlock(coded, digest, sizeof(digest));
  EXPECT_THAT(std::string(response.Header("content-security-policy")),
              HasSubstr("style-src 'sha256-" + std::string(reinterpret_cast<char*>(coded)) + "'"));
}

}  // namespace
}  // namespace forium::gateway
