// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/certificate_folder.h"

#include <filesystem>
#include <fstream>

#include "absl/time/clock.h"
#include "gateway/tls/testing/tls_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/observe/metrics.h"

namespace forium::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CertificateFolderTest : public testing::Test {
 protected:
  CertificateFolderTest() {
    std::string path = testing::TempDir() + "certificates.XXXXXX";
    path_ = mkdtemp(path.data());
  }
  ~CertificateFolderTest() override { std::filesystem::remove_all(path_); }

  void Write(const std::string& name, const std::string& content) {
    // As careful programs do: a new file takes the place of the old one.
    std::ofstream(path_ + "/new") << content;
    std::filesystem::rename(path_ + "/new", path_ + "/" + name);
  }
  std::vector<std::string> Hosts() {
    std::vector<std::string> hosts;
    for (const CertificateFacts& facts : certificates_.List())
      hosts.insert(hosts.end(), facts.hosts.begin(), facts.hosts.end());
    return hosts;
  }

  std::string path_;
  CertificateStore certificates_;
};

TEST_F(CertificateFolderTest, FollowsItsFiles) {
  CertificateFolder folder(path_, certificates_);
  EXPECT_TRUE(folder.Scan().ok()) << "an empty one";
  const PemPair one = Issue({.hosts = {"one.example"}});
  const PemPair two = Issue({.hosts = {"two.example"}});
  Write("one.pem", one.certificate + one.key);
  Write("two.crt", two.certificate);
  Write("two.key", two.key);
  Write("authority.crt", TestAuthority().ToPem()->certificate);
  Write("notes.txt", "renew in May");
  EXPECT_TRUE(folder.Scan().ok());
  EXPECT_THAT(Hosts(), ElementsAre("one.example", "two.example"));

  const PemPair three = Issue({.hosts = {"three.example"}});
  Write("two.crt", three.certificate);
  EXPECT_TRUE(folder.Scan().ok());
  EXPECT_THAT(Hosts(), ElementsAre("one.example", "two.example")) << "its key has not come yet";
  Write("two.key", three.key);
  EXPECT_TRUE(folder.Scan().ok());
  EXPECT_THAT(Hosts(), ElementsAre("one.example", "three.example"));

  Write("one.pem", "what is this");
  EXPECT_TRUE(folder.Scan().ok());
  EXPECT_THAT(Hosts(), ElementsAre("one.example", "three.example")) << "the old one stays";
  std::filesystem::remove(path_ + "/two.key");
  EXPECT_TRUE(folder.Scan().ok());
  EXPECT_THAT(Hosts(), ElementsAre("one.example"));
  std::filesystem::remove_all(path_);
  EXPECT_FALSE(folder.Scan().ok());
  EXPECT_THAT(Hosts(), ElementsAre("one.example")) << "a folder out of reach takes nothing away";
}

TEST_F(CertificateFolderTest, SaysWhichFileIsBroken) {
  const PemPair one = Issue({.hosts = {"one.example"}});
  Write("one.pem", one.certificate);
  TlsConfig config;
  config.certificates = path_;
  TlsServer tls(config, certificates_);
  EXPECT_THAT(std::string(tls.Start().message()),
              testing::AllOf(HasSubstr("one.pem"), HasSubstr("private key")));
  EXPECT_THAT(Hosts(), IsEmpty());
}

TEST_F(CertificateFolderTest, ServerNoticesANewCertificate) {
  const PemPair first =
      Issue({.hosts = {"first.example", "forium.example"}, .lifetime = absl::Hours(3)});
  Write("forium.pem", first.certificate + first.key);
  TlsConfig config;
  config.certificates = path_;
  config.certificates_interval = absl::Milliseconds(20);
  TlsServer tls(config, certificates_);
  ASSERT_TRUE(tls.Start().ok());
  // It began an hour ago.
  EXPECT_NEAR(observe::Gauge("forium_gateway_tls_certificate_expiry_seconds", "").Value(), 7200,
              100);
  TestServer server(tls);
  TlsClient before(server.port(), {.host = "forium.example"});
  EXPECT_EQ(before.Shown(), "first.example");
  const PemPair second = Issue({.hosts = {"second.example", "forium.example"}});
  Write("forium.pem", second.certificate + second.key);
  std::string shown;
  const absl::Time end = absl::Now() + absl::Seconds(10);
  while (shown != "second.example" && absl::Now() < end)
    shown = TlsClient(server.port(), {.host = "forium.example"}).Shown();
  EXPECT_EQ(shown, "second.example");
  EXPECT_TRUE(before.Send("x") && before.Receive(1) == "x");
}

}  // namespace
}  // namespace forium::gateway
