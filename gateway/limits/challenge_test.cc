// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/challenge.h"

#include <JavaScriptCore/JavaScript.h>
#include <openssl/sha.h>

#include <random>

#include "gateway/limits/notices.h"
#include "gateway/limits/refusals.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

// The script that browsers run, in an engine that browsers have.
class Engine {
 public:
  Engine() { Run(std::string(kChallengeJs)); }
  ~Engine() { JSGlobalContextRelease(context_); }
  double Solve(const std::string& seed, int difficulty) {
    return Run("solve('" + seed + "'," + std::to_string(difficulty) + ",0,1e9)");
  }
  double Run(const std::string& script) {
    JSStringRef text = JSStringCreateWithUTF8CString(script.c_str());
    JSValueRef exception = nullptr;
    JSValueRef value = JSEvaluateScript(context_, text, nullptr, nullptr, 1, &exception);
    JSStringRelease(text);
    EXPECT_EQ(exception, nullptr);
    return value == nullptr ? -2 : JSValueToNumber(context_, value, nullptr);
  }

 private:
  JSGlobalContextRef context_ = JSGlobalContextCreate(nullptr);
};

// The same without the script.
std::string Solve(const std::string& seed, int difficulty) {
  for (uint64_t i = 0;; ++i) {
    const std::string text = seed + "." + std::to_string(i);
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
    const uint32_t first =
        static_cast<uint32_t>(digest[0]) << 24 | digest[1] << 16 | digest[2] << 8 | digest[3];
    if (difficulty == 0 || first >> (32 - difficulty) == 0) return std::to_string(i);
  }
}

std::string Between(std::string_view text, std::string_view before, std::string_view after) {
  const size_t begin = text.find(before);
  if (begin == std::string_view::npos) return {};
  const size_t from = begin + before.size();
  return std::string(text.substr(from, text.find(after, from) - from));
}

class ChallengeTest : public ::testing::Test {
 protected:
  ChallengeTest() {
    config_.challenge = "attack";
    config_.challenge_difficulty = 10;
    config_.challenge_secret = "a secret";
  }
  BrowserChallenge Make(bool secure = false) {
    return BrowserChallenge(config_, secure, [this] { return now_; });
  }
  static Request Get(std::string_view path, std::string_view address = "192.0.2.1") {
    Request request;
    request.path = path;
    request.ip = ParseIp(address).value();
    request.headers.push_back({"Accept", "text/html"});
    return request;
  }
  static std::string TokenOf(const Response& page) {
    return Between(page.body.view(), "data-token=\"", "\"");
  }
  static std::string SeedOf(const std::string& token) { return token.substr(token.rfind('.') + 1); }
  static Response Send(const BrowserChallenge& challenge, const std::string& token,
                       const std::string& solution, std::string_view address = "192.0.2.1") {
    Request request = Get("/.well-known/forium/challenge", address);
    request.method = Method::kPost;
    request.body = "token=" + token + "&solution=" + solution;
    auto answer = challenge.Serve(request);
    EXPECT_TRUE(answer.has_value());
    return answer.has_value() ? *std::move(answer) : Response();
  }
  // The cookie as a browser sends it back.
  static std::string CookieOf(const Response& response) {
    return Between(response.Header("set-cookie"), "", ";");
  }
  bool Wanted(const BrowserChallenge& challenge, const std::string& cookie,
              std::string_view address = "192.0.2.1") {
    Request request = Get("/", address);
    request.headers.push_back({"Cookie", cookie});
    return challenge.Wanted(request, true);
  }

  LimitsConfig config_;
  absl::Time now_ = absl::FromUnixSeconds(2'000'000'000);
};

TEST_F(ChallengeTest, PageIsSolvedByItsScriptAndThePassLasts) {
  const BrowserChallenge challenge = Make();
  ASSERT_TRUE(challenge.Wanted(Get("/"), true));
  const Response page = challenge.Ask(Get("/"));
  EXPECT_EQ(page.status, 503);
  EXPECT_EQ(page.Header("cache-control"), "no-store");
  EXPECT_EQ(page.body.view().find("{{"), std::string_view::npos);
  const std::string token = TokenOf(page);
  Engine engine;
  const double number = engine.Solve(SeedOf(token), 10);
  ASSERT_GE(number, 0);
  EXPECT_EQ(std::to_string(static_cast<int64_t>(number)), Solve(SeedOf(token), 10));

  const Response answer = Send(challenge, token, std::to_string(static_cast<int64_t>(number)));
  ASSERT_EQ(answer.status, 204);
  EXPECT_NE(answer.Header("set-cookie").find("HttpOnly; SameSite=Lax"), std::string_view::npos);
  const std::string cookie = CookieOf(answer);
  EXPECT_FALSE(Wanted(challenge, cookie));
  EXPECT_FALSE(Wanted(Make(), cookie)) << "another gateway with the same secret";
  EXPECT_TRUE(Wanted(challenge, cookie, "192.0.2.2"));
  now_ += absl::Minutes(59);
  EXPECT_FALSE(Wanted(challenge, cookie));
  now_ += absl::Minutes(2);
  EXPECT_TRUE(Wanted(challenge, cookie));
}

TEST_F(ChallengeTest, ScriptHashesAsOthersDo) {
  Engine engine;
  for (int length = 0; length <= 55; ++length) {
    const std::string text(static_cast<size_t>(length), 'q');
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
    const uint32_t first =
        static_cast<uint32_t>(digest[0]) << 24 | digest[1] << 16 | digest[2] << 8 | digest[3];
    EXPECT_EQ(engine.Run("firstWord('" + text + "') >>> 0"), first) << length;
  }
  EXPECT_EQ(engine.Run("solve('x', 28, 0, 10)"), -1);
}

TEST_F(ChallengeTest, PageForPeopleProblemForPrograms) {
  const BrowserChallenge challenge = Make();
  Request german = Get("/");
  german.locale = "de";
  EXPECT_NE(challenge.Ask(german).body.view().find("lang=\"de\""), std::string_view::npos);
  EXPECT_NE(challenge.Ask(Get("/")).body.view().find("lang=\"en\""), std::string_view::npos);
  Request props = Get("/");
  props.props_only = true;
  const Response problem = challenge.Ask(props);
  EXPECT_EQ(problem.status, 503);
  EXPECT_EQ(problem.Header("content-type"), "application/problem+json");
  EXPECT_EQ(problem.Header("retry-after"), "5");
  EXPECT_NE(problem.body.view().find("\"challenge\":\"/.well-known/forium/challenge\""),
            std::string_view::npos);
}

TEST_F(ChallengeTest, ProgramsMaySolveItToo) {
  const BrowserChallenge challenge = Make(true);
  const auto puzzle = challenge.Serve(Get("/.well-known/forium/challenge"));
  ASSERT_TRUE(puzzle.has_value());
  const std::string token = Between(puzzle->body.view(), "\"token\":\"", "\"");
  const Response answer = Send(challenge, token, Solve(SeedOf(token), 10));
  EXPECT_EQ(answer.status, 204);
  EXPECT_TRUE(answer.Header("set-cookie").ends_with("; Secure"));
}

TEST_F(ChallengeTest, AddressesOfOneNetworkShareAPass) {
  const BrowserChallenge challenge = Make();
  const std::string token = TokenOf(challenge.Ask(Get("/", "2001:db8::1")));
  const Response answer = Send(challenge, token, Solve(SeedOf(token), 10), "2001:db8::2");
  ASSERT_EQ(answer.status, 204);
  EXPECT_FALSE(Wanted(challenge, CookieOf(answer), "2001:db8::3"));
  EXPECT_TRUE(Wanted(challenge, CookieOf(answer), "2001:db8:0:1::1"));
}

TEST_F(ChallengeTest, WhatIsNotSolvedHereAndNowIsRefused) {
  const BrowserChallenge challenge = Make();
  std::string token;
  std::string solution = "0";
  while (solution == "0") {  // the smallest number that solves it: 0 then does not
    token = TokenOf(challenge.Ask(Get("/")));
    solution = Solve(SeedOf(token), 10);
  }
  EXPECT_EQ(Send(challenge, token, solution, "192.0.2.9").status, 400) << "another's puzzle";
  EXPECT_EQ(Send(challenge, token, "0").status, 400);
  EXPECT_EQ(Send(challenge, token, "-" + solution).status, 400);
  EXPECT_EQ(Send(challenge, token, "").status, 400);
  EXPECT_EQ(Send(challenge, token, std::string(60, '1')).status, 400);
  EXPECT_EQ(Send(challenge, "", "").status, 400);
  // An easier puzzle, a longer time: the signature does not fit.
  for (const auto& [from, to] : {std::pair(".10.", ".1."), std::pair("1.20", "1.30")}) {
    std::string changed = token;
    ASSERT_NE(changed.find(from), std::string::npos);
    changed.replace(changed.find(from), std::string(from).size(), to);
    EXPECT_EQ(Send(challenge, changed, solution).status, 400);
  }
  config_.challenge_secret = "another";
  EXPECT_EQ(Send(Make(), token, solution).status, 400);
  EXPECT_EQ(Send(challenge, token, solution).status, 204);
  EXPECT_EQ(Send(challenge, token, solution).status, 204) << "shown again within its time";
  now_ += absl::Minutes(3);
  EXPECT_EQ(Send(challenge, token, solution).status, 400);
}

TEST_F(ChallengeTest, PuzzleIsNoPassAndPassesCannotBeMade) {
  const BrowserChallenge challenge = Make();
  const std::string token = TokenOf(challenge.Ask(Get("/")));
  for (const std::string& value :
       {std::string(), std::string("."), std::string("9999999999."), "9999999999." + SeedOf(token),
        token, std::string("99999999999999999999.x"), std::string(5000, '9'),
        std::string("-1.") + SeedOf(token)}) {
    EXPECT_TRUE(Wanted(challenge, "forium_pass=" + value)) << value;
  }
}

TEST_F(ChallengeTest, MembersFilesAndFeedsPass) {
  const BrowserChallenge challenge = Make();
  EXPECT_FALSE(challenge.Wanted(Get("/"), false)) << "no attack";
  for (const char* path : {"/feed.atom", "/c/news/feed.atom", "/.well-known/acme-challenge/x",
                           "/robots.txt", "/assets/x.js"}) {
    EXPECT_FALSE(challenge.Wanted(Get(path), true)) << path;
  }
  for (const char* path : {"/", "/t/x/1", "/api/v1/topics", "/login", "/search"}) {
    EXPECT_TRUE(challenge.Wanted(Get(path), true)) << path;
  }
  Request request = Get("/api/v1/topics");
  request.session_token = "token";
  EXPECT_FALSE(challenge.Wanted(request, true)) << "auth must be asked first";
  auto guest = std::make_shared<Identity>();
  request.identity = guest;
  EXPECT_TRUE(challenge.Wanted(request, true)) << "and knows it not";
  auto member = std::make_shared<Identity>();
  member->principal.set_user_id(7);
  request.identity = member;
  EXPECT_FALSE(challenge.Wanted(request, true));
}

TEST_F(ChallengeTest, ModesDoWhatTheySay) {
  config_.challenge = "always";
  EXPECT_TRUE(Make().Wanted(Get("/"), false));
  config_.challenge = "off";
  EXPECT_FALSE(Make().Wanted(Get("/"), true));
  EXPECT_FALSE(Make().Serve(Get("/.well-known/forium/challenge")).has_value());
}

TEST_F(ChallengeTest, FilesAreServedAndNothingElse) {
  const BrowserChallenge challenge = Make();
  const auto script = challenge.Serve(Get("/.well-known/forium/challenge.js"));
  ASSERT_TRUE(script.has_value());
  EXPECT_EQ(script->Header("content-type"), "text/javascript; charset=utf-8");
  EXPECT_TRUE(challenge.Serve(Get("/.well-known/forium/notice.css")).has_value());
  for (const char* path : {"/", "/.well-known/forium/", "/.well-known/forium/challenge.js/",
                           "/.well-known/forium/../x", "/.well-known/acme-challenge/x"}) {
    EXPECT_FALSE(challenge.Serve(Get(path)).has_value()) << path;
  }
  // Nothing inline: the policy of pages forbids it.
  for (const std::string_view page :
       {kChallengeEnHtml, kChallengeDeHtml, kBusyEnHtml, kBusyDeHtml}) {
    EXPECT_EQ(page.find("<style"), std::string_view::npos);
    EXPECT_EQ(page.find(" style="), std::string_view::npos);
    EXPECT_EQ(page.find("<script>"), std::string_view::npos);
    EXPECT_EQ(page.find(" onload="), std::string_view::npos);
  }
}

TEST_F(ChallengeTest, RandomBodiesAreRefused) {
  config_.challenge_difficulty = 28;  // no guess solves it
  const BrowserChallenge challenge = Make();
  std::mt19937 random(5);
  const std::string token = TokenOf(challenge.Ask(Get("/")));
  for (int i = 0; i < 20'000; ++i) {
    Request request = Get("/.well-known/forium/challenge");
    request.method = Method::kPost;
    request.body = "token=" + token + "&solution=x";
    for (int j = random() % 5; j >= 0; --j) {
      request.body[random() % request.body.size()] = static_cast<char>(random());
    }
    ASSERT_EQ(challenge.Serve(request)->status, 400);
  }
}

TEST(RefusalsTest, ShedAnswersSayWhenToComeBack) {
  Request request;
  const Response problem = ShedAnswer(request);
  EXPECT_EQ(problem.status, 503);
  EXPECT_EQ(problem.Header("content-type"), "application/problem+json");
  EXPECT_NE(problem.Header("retry-after"), ShedAnswer(request).Header("retry-after"));
  request.headers.push_back({"Accept", "text/html"});
  request.locale = "de";
  EXPECT_NE(ShedAnswer(request).body.view().find("Gerade sehr voll"), std::string_view::npos);
}

TEST(RefusalsTest, LimitedAndDeniedAnswers) {
  Request request;
  const Response limited = LimitedAnswer(request, absl::Milliseconds(1200));
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.Header("retry-after"), "2");
  EXPECT_EQ(LimitedAnswer(request, absl::InfiniteDuration()).Header("retry-after"), "3600");
  EXPECT_EQ(DeniedAnswer(request).status, 403);
}

}  // namespace
}  // namespace forium::gateway
