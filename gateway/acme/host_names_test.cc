// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/host_names.h"

#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

TEST(HostNamesTest, PublicNamesAreTakenInLowerCase) {
  EXPECT_EQ(CertifiableHost("Forum.Example"), "forum.example");
  EXPECT_EQ(CertifiableHost("forum.example."), "forum.example");
  EXPECT_EQ(CertifiableHost("xn--mnchen-3ya.example"), "xn--mnchen-3ya.example");
  EXPECT_EQ(CertifiableHost("4chan.example"), "4chan.example");
  EXPECT_EQ(CertifiableHost(std::string(63, 'a') + ".example"), std::string(63, 'a') + ".example");
}

TEST(HostNamesTest, AddressesWildcardsAndJunkAreRefused) {
  for (const char* name : {"",
                           ".",
                           "..",
                           "a..b",
                           ".a.b",
                           "localhost",
                           "example",
                           "192.0.2.1",
                           "1.2.3",
                           "0x7f.1",
                           "2001:db8::1",
                           "[::1]",
                           "*.forum.example",
                           "-a.example",
                           "a-.example",
                           "a_b.example",
                           "a b.example",
                           "a.example/",
                           "a.example:443",
                           "münchen.example",
                           "a.local",
                           "printer.lan",
                           "1.0.0.127.in-addr.arpa",
                           "abc.onion",
                           "../../etc.passwd/x",
                           "a.1example"}) {
    EXPECT_EQ(CertifiableHost(name), std::nullopt) << name;
  }
  EXPECT_EQ(CertifiableHost(std::string(64, 'a') + ".example"), std::nullopt);
  std::string long_name;
  while (long_name.size() < 250) long_name += "abcdefghi.";
  EXPECT_EQ(CertifiableHost(long_name + "example"), std::nullopt);
  EXPECT_EQ(CertifiableHost(std::string("a\0b.example", 11)), std::nullopt);
}

TEST(HostNamesTest, HostOfTheOutsideAddress) {
  EXPECT_EQ(CertifiableHostOfUrl("https://forum.example"), "forum.example");
  EXPECT_EQ(CertifiableHostOfUrl("https://forum.example:8443/sub?x#y"), "forum.example");
  EXPECT_EQ(CertifiableHostOfUrl("https://127.0.0.1:8443"), std::nullopt);
  EXPECT_EQ(CertifiableHostOfUrl("https://[::1]/"), std::nullopt);
  EXPECT_EQ(CertifiableHostOfUrl("forum.example"), std::nullopt);
  EXPECT_EQ(CertifiableHostOfUrl(""), std::nullopt);
}

}  // namespace
}  // namespace forium::gateway
