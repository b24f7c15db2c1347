// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/strict.h"

#include <string>

#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

struct Case {
  const char* name;
  std::string header;  // without the empty line
  int status;          // 0: taken
};

class StrictTest : public ::testing::TestWithParam<Case> {};

TEST_P(StrictTest, TakesOrRefuses) {
  const auto breach = FindBreach(GetParam().header + "\r\n\r\n");
  EXPECT_EQ(breach.has_value() ? breach->status : 0, GetParam().status)
      << (breach.has_value() ? breach->detail : "taken");
}

const Case kCases[] = {
    {"Plain", "GET / HTTP/1.1\r\nHost: a", 0},
    {"Port", "GET / HTTP/1.1\r\nHost: a.example:8080", 0},
    {"IPv6Host", "GET / HTTP/1.1\r\nHost: [::1]:8080", 0},
    {"OldWithoutHost", "GET / HTTP/1.0", 0},
    {"Query", "GET /a/b?c=d%20e&f=%C3%BC HTTP/1.1\r\nHost: a", 0},
    {"AbsoluteForm", "GET http://a.example/b HTTP/1.1\r\nHost: a.example", 0},
    {"AsteriskForm", "OPTIONS * HTTP/1.1\r\nHost: a", 0},
    {"EmptyValue", "GET / HTTP/1.1\r\nHost: a\r\nX-Empty:", 0},
    {"TabInValue", "GET / HTTP/1.1\r\nHost: a\r\nX: b\tc", 0},
    {"BytesAbove127InValue", "GET / HTTP/1.1\r\nHost: a\r\nX: b\xC3\xBC", 0},
    {"Chunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked", 0},
    {"DotsInNames", "GET /a..b/.well-known HTTP/1.1\r\nHost: a", 0},

    {"NoHost", "GET / HTTP/1.1", 400},
    {"EmptyHost", "GET / HTTP/1.1\r\nHost:", 400},
    {"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nhost: a", 400},
    {"HostWithPath", "GET / HTTP/1.1\r\nHost: a/b", 400},
    {"HostWithUser", "GET / HTTP/1.1\r\nHost: u@a", 400},
    {"HostPort", "GET / HTTP/1.1\r\nHost: a:b", 400},
    {"ObsFold", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c", 400},
    {"SpaceBeforeColon", "GET / HTTP/1.1\r\nHost : a", 400},
    {"NoColon", "GET / HTTP/1.1\r\nHost: a\r\nnonsense", 400},
    {"BareLineFeed", "GET / HTTP/1.1\r\nHost: a\nX: b", 400},
    {"BareCarriageReturn", "GET / HTTP/1.1\r\nHost: a\r\nX: b\rc", 400},
    {"Nul", std::string("GET / HTTP/1.1\r\nHost: a\r\nX: b\0c", 34), 400},
    {"ControlInValue", "GET / HTTP/1.1\r\nHost: a\r\nX: b\x01", 400},
    {"TwoLengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1", 400},
    {"LengthList", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1", 400},
    {"SignedLength", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1", 400},
    {"HugeLength", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999", 400},
    {"LengthAndChunked",
     "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked", 400},
    {"ChunkedTwice",
     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400},
    {"OldChunked", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked", 400},
    {"GzipChunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked", 501},
    {"IdentityCoding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity", 501},
    {"Traversal", "GET /a/../b HTTP/1.1\r\nHost: a", 400},
    {"EncodedTraversal", "GET /a/%2e%2E/b HTTP/1.1\r\nHost: a", 400},
    {"HalfEncodedTraversal", "GET /.%2e HTTP/1.1\r\nHost: a", 400},
    {"Backslash", "GET /a\\..\\b HTTP/1.1\r\nHost: a", 400},
    {"NulInPath", "GET /a%00 HTTP/1.1\r\nHost: a", 400},
    {"BrokenEscape", "GET /a%2 HTTP/1.1\r\nHost: a", 400},
    {"Fragment", "GET /a#b HTTP/1.1\r\nHost: a", 400},
    {"SpaceInTarget", "GET /a b HTTP/1.1\r\nHost: a", 400},
    {"TwoSpaces", "GET  / HTTP/1.1\r\nHost: a", 400},
    {"NoSlash", "GET a HTTP/1.1\r\nHost: a", 400},
    {"AuthorityForm", "CONNECT a:443 HTTP/1.1\r\nHost: a", 400},
    {"AsteriskGet", "GET * HTTP/1.1\r\nHost: a", 400},
    {"AbsoluteWithUser", "GET http://u@a/ HTTP/1.1\r\nHost: a", 400},
    {"NoVersion", "GET /\r\nHost: a", 400},
    {"LowerCaseVersion", "GET / http/1.1\r\nHost: a", 400},
    {"Http2", "PRI * HTTP/2.0", 505},
    {"Http12", "GET / HTTP/1.2\r\nHost: a", 505},
    {"MethodWithSeparator", "G(T / HTTP/1.1\r\nHost: a", 400},
};

INSTANTIATE_TEST_SUITE_P(Headers, StrictTest, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

TEST(StrictFieldsTest, ManyFieldsAreRefused) {
  std::string header = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 200; ++i) header += "X: y\r\n";
  const auto breach = FindBreach(header + "\r\n");
  ASSERT_TRUE(breach.has_value());
  EXPECT_EQ(breach->status, 431);
}

TEST(StrictFieldsTest, NamesHaveTheBytesOfTokensOnly) {
  const std::string separators = "\"(),/:;<=>?@[\\]{} \t";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (c == ':') continue;  // ends the name
    const bool token = byte > 0x20 && byte < 0x7F && separators.find(c) == std::string::npos;
    const std::string field = std::string("X") + c + "Y: z";
    EXPECT_EQ(!FindBreach("GET / HTTP/1.1\r\nHost: a\r\n" + field + "\r\n\r\n").has_value(), token)
        << byte;
  }
}

}  // namespace
}  // namespace forium::gateway
