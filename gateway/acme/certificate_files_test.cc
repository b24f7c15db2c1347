// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/certificate_files.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gateway/acme/json_web_signature.h"
#include "gateway/tls/testing/tls_fixture.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

class CertificateFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/forium-acme-files-XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  unsigned Mode(const std::string& name) {
    struct stat entry {};
    EXPECT_EQ(stat((folder_ + name).c_str(), &entry), 0) << name;
    return entry.st_mode & 0777;
  }
  KeptCertificate Certificate(const std::string& host) {
    const PemPair pair = Issue({.hosts = {host}});
    const SigningKey key = *SigningKey::FromPem(pair.key);
    return {.chain = *CheckChain(pair.certificate, host, key), .key_pem = key.Pem()};
  }

  std::string folder_;
};

TEST_F(CertificateFilesTest, KeepsTheAccountsKey) {
  const CertificateFiles files = *CertificateFiles::Open(folder_ + "/a/b");
  const SigningKey key = *files.AccountKey();
  EXPECT_EQ(JsonWebKey(*files.AccountKey()), JsonWebKey(key));
  EXPECT_EQ(JsonWebKey(*CertificateFiles::Open(folder_ + "/a/b")->AccountKey()), JsonWebKey(key));
  EXPECT_EQ(Mode("/a/b"), 0700u);
  EXPECT_EQ(Mode("/a/b/account.key"), 0600u);
}

TEST_F(CertificateFilesTest, HostsComeBack) {
  const CertificateFiles files = *CertificateFiles::Open(folder_);
  const KeptCertificate certificate = Certificate("forum.example");
  ASSERT_TRUE(files.Save("forum.example", certificate).ok());
  const absl::Time next = absl::FromUnixSeconds(1'800'000'000);
  ASSERT_TRUE(files
                  .Save("forum.example", {.failures = 3,
                                          .next = next,
                                          .last_error = "no \"route\"",
                                          .kind = ChallengeKind::kTlsAlpn01,
                                          .directory = "https://a.example/dir"})
                  .ok());
  const auto hosts = files.Hosts();
  ASSERT_EQ(hosts.size(), 1u);
  const KeptHost& host = hosts.at("forum.example");
  ASSERT_TRUE(host.certificate.has_value());
  EXPECT_EQ(host.certificate->chain.pem, certificate.chain.pem);
  EXPECT_EQ(host.certificate->key_pem, certificate.key_pem);
  EXPECT_EQ(host.certificate->chain.not_after, certificate.chain.not_after);
  ASSERT_TRUE(host.attempts.has_value());
  EXPECT_EQ(host.attempts->failures, 3);
  EXPECT_EQ(host.attempts->next, next);
  EXPECT_EQ(host.attempts->last_error, "no \"route\"");
  EXPECT_EQ(host.attempts->kind, ChallengeKind::kTlsAlpn01);
  EXPECT_EQ(host.attempts->directory, "https://a.example/dir");
  EXPECT_EQ(Mode("/forum.example.pem"), 0600u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 2);
  files.Forget("forum.example");
  EXPECT_TRUE(files.Hosts().empty());
}

TEST_F(CertificateFilesTest, DamagedAndForeignFilesDoNoHarm) {
  const CertificateFiles files = *CertificateFiles::Open(folder_);
  const KeptCertificate other = Certificate("other.example");
  std::ofstream(folder_ + "/junk.example.pem") << "junk";
  std::ofstream(folder_ + "/junk.example.json") << R"({"failures": "many"})";
  std::ofstream(folder_ + "/swapped.example.pem") << other.key_pem << other.chain.pem;
  std::ofstream(folder_ + "/large.example.pem") << std::string(1 << 20, 'a');
  std::ofstream(folder_ + "/README.txt") << "hello";
  std::ofstream(folder_ + "/forum.example.pem.new") << "half of it";
  std::filesystem::create_directory(folder_ + "/folder.example.pem");
  for (const auto& [host, kept] : files.Hosts()) {
    EXPECT_FALSE(kept.certificate.has_value()) << host;
    EXPECT_FALSE(kept.attempts.has_value()) << host;
  }
}

TEST_F(CertificateFilesTest, FolderThatCannotBeUsedIsTold) {
  std::ofstream(folder_ + "/file") << "in the way";
  const auto files = CertificateFiles::Open(folder_ + "/file/acme");
  ASSERT_FALSE(files.ok());
  EXPECT_NE(files.status().message().find("acme_data"), absl::string_view::npos);
}

}  // namespace
}  // namespace forium::gateway
