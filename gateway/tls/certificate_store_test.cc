// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/certificate_store.h"

#include <mutex>

#include "absl/time/clock.h"
#include "gateway/tls/testing/tls_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class CertificateStoreTest : public testing::Test {
 protected:
  void GivenFile(const std::string& name, LocalAuthority::Order order) {
    const PemPair pem = Issue(std::move(order));
    EXPECT_TRUE(certificates_.PutFile(name, pem.certificate, pem.key).ok());
  }
  void GivenPut(const std::string& host, LocalAuthority::Order order) {
    const PemPair pem = Issue(std::move(order));
    EXPECT_TRUE(certificates_.Put(host, pem.certificate, pem.key).ok());
  }
  // The first host of the certificate that a client is shown.
  std::string ShownTo(const std::string& host) {
    return TlsClient(server_.port(), {.host = host}).Shown();
  }

  TlsConfig config_;
  CertificateStore certificates_;
  TlsServer tls_{config_, certificates_};
  TestServer server_{tls_};
};

TEST_F(CertificateStoreTest, ShowsExactThenWildcardThenTheFirst) {
  GivenFile("main", {.hosts = {"forium.example"}});
  GivenFile("all", {.hosts = {"*.forium.example", "also.example"}});
  GivenFile("one", {.hosts = {"one.forium.example"}});
  EXPECT_EQ(ShownTo("forium.example"), "forium.example");
  EXPECT_EQ(ShownTo("one.forium.example"), "one.forium.example");
  EXPECT_EQ(ShownTo("ONE.Forium.example"), "one.forium.example");
  EXPECT_EQ(ShownTo("two.forium.example"), "*.forium.example");
  EXPECT_EQ(ShownTo("also.example"), "*.forium.example");
  EXPECT_EQ(ShownTo("a.two.forium.example"), "forium.example") << "a wildcard is for one label";
  EXPECT_EQ(ShownTo("stranger.example"), "forium.example");
  EXPECT_EQ(ShownTo(""), "forium.example");
  certificates_.RemoveFile("main");
  EXPECT_EQ(ShownTo("forium.example"), "*.forium.example") << "another is the default now";
}

TEST_F(CertificateStoreTest, RefusesWithoutAny) {
  TlsClient client(server_.port(), {.host = "forium.example"});
  EXPECT_FALSE(client.connected());
  EXPECT_THAT(client.error(), HasSubstr("unrecognized name"));
}

TEST_F(CertificateStoreTest, ShowsEcdsaToWhoKnowsIt) {
  GivenFile("rsa", {.hosts = {"forium.example"}, .algorithm = LocalAuthority::Algorithm::kRsa});
  GivenFile("ecdsa", {.hosts = {"forium.example"}});
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient young(server_.port(), {.host = "forium.example", .version = version});
    EXPECT_EQ(young.Algorithm(), "EC");
    TlsClient old(
        server_.port(),
        {.host = "forium.example", .version = version, .signatures = "RSA-PSS+SHA256:RSA+SHA256"});
    ASSERT_TRUE(old.connected()) << old.error();
    EXPECT_EQ(old.Algorithm(), "RSA");
  }
  certificates_.RemoveFile("ecdsa");
  EXPECT_EQ(TlsClient(server_.port(), {.host = "forium.example"}).Algorithm(), "RSA");
}

TEST_F(CertificateStoreTest, FileWinsOverPut) {
  GivenPut("forium.example", {.hosts = {"put.example", "forium.example"}});
  EXPECT_EQ(ShownTo("forium.example"), "put.example");
  EXPECT_EQ(ShownTo("put.example"), "put.example") << "as the default only";
  GivenFile("file", {.hosts = {"forium.example"}});
  EXPECT_EQ(ShownTo("forium.example"), "forium.example");
  certificates_.RemoveFile("file");
  EXPECT_EQ(ShownTo("forium.example"), "put.example");
  GivenPut("forium.example", {.hosts = {"new.example", "forium.example"}});
  EXPECT_EQ(ShownTo("forium.example"), "new.example");
}

TEST_F(CertificateStoreTest, RefusesWhatDoesNotFit) {
  const PemPair one = Issue({.hosts = {"one.example"}});
  const PemPair two = Issue({.hosts = {"two.example"}});
  EXPECT_THAT(std::string(certificates_.Put("one.example", one.certificate, two.key).message()),
              HasSubstr("fits the private key"));
  EXPECT_THAT(std::string(certificates_.Put("two.example", one.certificate, one.key).message()),
              HasSubstr("does not name two.example"));
  EXPECT_THAT(std::string(certificates_.Put("one.example", one.certificate, "no").message()),
              HasSubstr("no readable private key"));
  EXPECT_FALSE(certificates_.Put("one.example", "", one.key).ok());
  EXPECT_THAT(certificates_.List(), SizeIs(0));
}

TEST_F(CertificateStoreTest, ReplacesUnderOpenConnections) {
  GivenFile("main", {.hosts = {"old.example", "forium.example"}});
  TlsClient before(server_.port(), {.host = "forium.example"});
  ASSERT_TRUE(before.connected());
  GivenFile("main", {.hosts = {"new.example", "forium.example"}});
  EXPECT_EQ(ShownTo("forium.example"), "new.example");
  EXPECT_EQ(ShownTo("old.example"), "new.example") << "the default, since none names it";
  ASSERT_TRUE(before.Send("still here"));
  EXPECT_EQ(before.Receive(10), "still here");
  EXPECT_EQ(before.Shown(), "old.example");
}

TEST_F(CertificateStoreTest, ShowsTheChallengeToItsAskerAlone) {
  GivenFile("main", {.hosts = {"forium.example"}});
  const PemPair proof = Issue({.hosts = {"challenged.example"}});
  certificates_.PutChallenge("challenged.example", proof.certificate, proof.key);
  const std::string acme =
      "\x0a"
      "acme-tls/1";
  {
    TlsClient asker(server_.port(), {.host = "challenged.example", .protocols = acme});
    ASSERT_TRUE(asker.connected()) << asker.error();
    EXPECT_EQ(asker.Shown(), "challenged.example");
    EXPECT_EQ(asker.Protocol(), "acme-tls/1");
  }
  EXPECT_EQ(ShownTo("challenged.example"), "forium.example");
  EXPECT_FALSE(
      TlsClient(server_.port(), {.host = "forium.example", .protocols = acme}).connected());
  EXPECT_FALSE(TlsClient(server_.port(), {.protocols = acme}).connected());
  certificates_.RemoveChallenge("challenged.example");
  EXPECT_FALSE(
      TlsClient(server_.port(), {.host = "challenged.example", .protocols = acme}).connected());
}

TEST_F(CertificateStoreTest, TellsOfMissingHostsOnce) {
  GivenFile("main", {.hosts = {"forium.example"}});
  std::mutex mutex;
  std::vector<std::string> told;
  certificates_.OnMissing([&](const std::string& host) {
    const std::lock_guard lock(mutex);
    told.push_back(host);
  });
  for (const auto host : {"forium.example", "tenant.example", "tenant.example", "localhost",
                          "not_a_name.example", "", "other.example"})
    ShownTo(host);
  {
    const std::lock_guard lock(mutex);
    EXPECT_THAT(told, ElementsAre("tenant.example", "other.example"));
  }
  certificates_.OnMissing(nullptr);
}

TEST_F(CertificateStoreTest, ListsFacts) {
  GivenFile("main", {.hosts = {"Forium.example", "192.0.2.7", "2001:db8::1"},
                     .from = absl::FromUnixSeconds(1'700'000'000),
                     .lifetime = absl::Hours(1)});
  GivenPut("tenant.example",
           {.hosts = {"tenant.example"}, .algorithm = LocalAuthority::Algorithm::kRsa});
  const std::vector<CertificateFacts> list = certificates_.List();
  ASSERT_THAT(list, SizeIs(2));
  EXPECT_EQ(list[0].name, "main");
  EXPECT_TRUE(list[0].from_file);
  EXPECT_THAT(list[0].hosts, ElementsAre("forium.example", "192.0.2.7", "2001:db8::1"));
  EXPECT_EQ(list[0].issuer, "Test authority");
  EXPECT_EQ(list[0].algorithm, "ECDSA P-256");
  EXPECT_EQ(list[0].not_before, absl::FromUnixSeconds(1'700'000'000));
  EXPECT_EQ(list[0].not_after, absl::FromUnixSeconds(1'700'003'600));
  EXPECT_EQ(certificates_.FirstExpiry(), list[0].not_after);
  EXPECT_EQ(list[1].name, "tenant.example");
  EXPECT_FALSE(list[1].from_file);
  EXPECT_EQ(list[1].algorithm, "RSA 2048");
}

}  // namespace
}  // namespace forium::gateway
