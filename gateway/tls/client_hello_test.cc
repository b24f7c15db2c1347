// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/client_hello.h"

#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

using namespace std::string_view_literals;

TEST(ClientHelloTest, ReadsTheServerName) {
  EXPECT_EQ(ServerNameOf("\0\x06\0\0\x03"
                         "A.b"sv),
            "a.b");
  EXPECT_EQ(ServerNameOf("\0\x0b\x07\0\x02zz\0\0\x03"
                         "a.b"sv),
            "a.b")
      << "after a name of another kind";
  EXPECT_EQ(ServerNameOf(""), "");
  EXPECT_EQ(ServerNameOf("\0\0"sv), "");
  EXPECT_EQ(ServerNameOf("\0\x06\0\0\x04"
                         "a.b"sv),
            "")
      << "a name longer than the list";
  EXPECT_EQ(ServerNameOf("\0\x06\0\0\x03"
                         "a.bx"sv),
            "")
      << "bytes after the list";
  EXPECT_EQ(ServerNameOf("\0\x01\0"sv), "");
}

TEST(ClientHelloTest, FindsAProtocol) {
  EXPECT_TRUE(
      Offers("\0\x0e\x02h2\x0a"
             "acme-tls/1"sv,
             "acme-tls/1"));
  EXPECT_FALSE(Offers("\0\x03\x02h2"sv, "acme-tls/1"));
  EXPECT_FALSE(
      Offers("\0\x0b\x0b"
             "acme-tls/1"sv,
             "acme-tls/1"))
      << "cut short";
  EXPECT_FALSE(Offers("", "h2"));
}

TEST(ClientHelloTest, KnowsHostNames) {
  for (const auto host : {"forium.example", "a.b.c", "xn--bcher-kva.example", "1.example"})
    EXPECT_TRUE(IsHostName(host)) << host;
  for (const auto host :
       {"", "localhost", "192.0.2.1", ".example", "a..b", "a.b.", "-a.example", "a-.example",
        "a_b.example", "*.example", "A.example", "a b.example", "::1", "../etc.passwd/x"})
    EXPECT_FALSE(IsHostName(host)) << host;
  EXPECT_FALSE(IsHostName(std::string(64, 'a') + ".example"));
  EXPECT_FALSE(IsHostName(std::string(300, 'a')));
}

}  // namespace
}  // namespace forium::gateway
