// SPDX-License-Identifier: Apache-2.0
// The clients that people use: curl, nghttp and h2load of the distribution.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>

#include "gateway/http2/test_server.h"

namespace forium::gateway {
namespace {

struct Outcome {
  int code = -1;
  std::string output;
};

Outcome Shell(const std::string& command) {
  Outcome outcome;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return outcome;
  char bytes[4096];
  for (size_t size; (size = fread(bytes, 1, sizeof bytes, pipe)) > 0;)
    outcome.output.append(bytes, size);
  outcome.code = WEXITSTATUS(pclose(pipe));
  return outcome;
}

class ClientsTest : public ::testing::Test {
 protected:
  std::string Url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server_.port()) + path;
  }
  Outcome Curl(const std::string& arguments) const {
    return Shell("curl --silent --max-time 20 --http2-prior-knowledge " + arguments);
  }
  Http2TestServer server_;
};

TEST_F(ClientsTest, CurlGetsAndPosts) {
  const Outcome got = Curl("--write-out ' %{http_version} %{http_code}' " + Url("/a?b=c"));
  EXPECT_EQ(got.code, 0);
  EXPECT_EQ(got.output, "GET /a?b=c 127.0.0.1:" + std::to_string(server_.port()) + "  2 200");
  const Outcome posted = Curl("--data-binary @/proc/self/exe --header Expect: " + Url("/size"));
  EXPECT_EQ(posted.code, 0);
  EXPECT_GT(std::stoi(posted.output), 100'000);  // more than a window
  EXPECT_EQ(Curl("--head " + Url("/cached-large")).code, 0);
}

TEST_F(ClientsTest, CurlTakesLargeAndStreamedAnswers) {
  EXPECT_EQ(Curl("--output /dev/null --write-out %{size_download} " + Url("/big")).output,
            "8388608");
  EXPECT_EQ(Curl(Url("/stream")).output, "one;two;three;");
}

TEST_F(ClientsTest, CurlTellsAnAnswerThatWasCutShort) {
  EXPECT_EQ(Curl(Url("/cut")).code, 92);  // HTTP/2 stream error
}

TEST_F(ClientsTest, CurlHandsOverAnUploadThatIsTooLarge) {
  const Outcome refused = Curl(
      "--output /dev/null --write-out %{http_code} --data-binary @/usr/bin/curl --data-binary "
      "@/usr/bin/nghttp --data-binary @/usr/bin/h2load --data-binary @/usr/bin/openssl " +
      Url("/size"));
  EXPECT_EQ(refused.output, "413");
}

TEST_F(ClientsTest, NghttpTakesManyAtOnce) {
  const Outcome outcome = Shell("nghttp --null-out --stat --multiply=60 " + Url("/cached-large") +
                                " " + Url("/big") + " " + Url("/stream") + " " + Url("/quick"));
  EXPECT_EQ(outcome.code, 0) << outcome.output;
  size_t answers = 0;
  for (size_t at = 0; (at = outcome.output.find(" 200 ", at)) != std::string::npos; ++at) ++answers;
  EXPECT_EQ(answers, 240u) << outcome.output.substr(0, 2000);
}

TEST_F(ClientsTest, NghttpWithPaddingAndATrailerIsUnderstood) {
  const Outcome outcome = Shell(
      "file=$(mktemp) && printf words >$file && nghttp --padding=200 --trailer='checksum: 1' "
      "--data=$file " +
      Url("/a") + "; rm -f $file");
  EXPECT_NE(outcome.output.find(" words"), std::string::npos) << outcome.output;
}

TEST_F(ClientsTest, NghttpWithFramesFullOfHeaderIsToldThatItIsTooLarge) {
  const Outcome outcome = Shell("nghttp --continuation --stat " + Url("/a"));
  EXPECT_NE(outcome.output.find(" 431 "), std::string::npos) << outcome.output.substr(0, 2000);
}

TEST_F(ClientsTest, H2loadFindsNoErrors) {
  for (const std::string path : {"/cached", "/cached-large", "/quick", "/a"}) {
    const Outcome outcome =
        Shell("h2load --requests=800 --clients=8 --max-concurrent-streams=50 " + Url(path));
    EXPECT_EQ(outcome.code, 0);
    EXPECT_NE(outcome.output.find("800 succeeded, 0 failed, 0 errored, 0 timeout"),
              std::string::npos)
        << outcome.output;
  }
}

}  // namespace
}  // namespace forium::gateway
