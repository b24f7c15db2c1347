// SPDX-License-Identifier: Apache-2.0
#include "services/allinone/cert.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gateway/tls/certificate_folder.h"
#include "gateway/tls/certificate_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/allinone/console_lines.h"

namespace forium::allinone {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class CertCommandTest : public testing::Test {
 protected:
  CertCommandTest() {
    std::string path = testing::TempDir() + "cert.XXXXXX";
    folder_ = mkdtemp(path.data());
    folder_ += "/out";
  }
  ~CertCommandTest() override {
    std::filesystem::remove_all(std::filesystem::path(folder_).parent_path());
  }

  absl::Status Cert(std::vector<const char*> hosts) {
    std::vector<const char*> words = {"cert", "--out", folder_.c_str()};
    words.insert(words.end(), hosts.begin(), hosts.end());
    lines_.lines.clear();
    return CertCommand(static_cast<int>(words.size()), words.data(), lines_);
  }
  std::string Content(const std::string& name) {
    std::ostringstream content;
    content << std::ifstream(folder_ + "/" + name).rdbuf();
    return content.str();
  }
  int Mode(const std::string& name) {
    struct stat facts {};
    EXPECT_EQ(stat((folder_ + "/" + name).c_str(), &facts), 0);
    return facts.st_mode & 0777;
  }
  int VerifyByOpenssl(const std::string& name, const std::string& check) {
    const std::string command = "openssl verify -x509_strict -CAfile " + folder_ +
                                "/authority.crt " + check + " " + folder_ + "/" + name +
                                " >/dev/null 2>&1";
    return std::system(command.c_str());
  }

  std::string folder_;
  Lines lines_;
};

TEST_F(CertCommandTest, MakesAnAuthorityAndACertificate) {
  ASSERT_TRUE(Cert({"forium.home.arpa", "192.168.1.20", "*.forium.home.arpa"}).ok());
  EXPECT_EQ(Mode("authority.key"), 0600);
  EXPECT_EQ(Mode("forium.home.arpa.pem"), 0600);
  EXPECT_EQ(VerifyByOpenssl("forium.home.arpa.pem", "-verify_hostname forium.home.arpa"), 0);
  EXPECT_EQ(VerifyByOpenssl("forium.home.arpa.pem", "-verify_hostname a.forium.home.arpa"), 0);
  EXPECT_EQ(VerifyByOpenssl("forium.home.arpa.pem", "-verify_ip 192.168.1.20"), 0);
  EXPECT_EQ(VerifyByOpenssl("forium.home.arpa.pem", "-verify_hostname localhost"), 0);
  EXPECT_EQ(VerifyByOpenssl("forium.home.arpa.pem", "-verify_ip ::1"), 0);
  EXPECT_NE(VerifyByOpenssl("forium.home.arpa.pem", "-verify_hostname other.home.arpa"), 0);
  EXPECT_THAT(lines_.lines, Contains(HasSubstr("update-ca-certificates")));
  EXPECT_THAT(lines_.lines, Contains(HasSubstr("--certificates " + folder_)));

  // The gateway takes the folder as it is.
  gateway::CertificateStore certificates;
  gateway::CertificateFolder folder(folder_, certificates);
  EXPECT_TRUE(folder.Scan().ok());
  ASSERT_THAT(certificates.List(), SizeIs(1));
  const gateway::CertificateFacts facts = certificates.List().front();
  EXPECT_THAT(facts.hosts, ElementsAre("forium.home.arpa", "192.168.1.20", "*.forium.home.arpa",
                                       "localhost", "127.0.0.1", "::1"));
  EXPECT_EQ(facts.algorithm, "ECDSA P-256");
  EXPECT_EQ(facts.not_after - facts.not_before, absl::Hours(397 * 24));
  EXPECT_LT(facts.not_before, absl::Now());
}

TEST_F(CertCommandTest, KeepsItsAuthority) {
  ASSERT_TRUE(Cert({"one.home.arpa"}).ok());
  const std::string authority = Content("authority.crt");
  const std::string before = Content("one.home.arpa.pem");
  ASSERT_TRUE(Cert({"two.home.arpa"}).ok());
  ASSERT_TRUE(Cert({"one.home.arpa"}).ok());
  EXPECT_EQ(Content("authority.crt"), authority);
  EXPECT_NE(Content("one.home.arpa.pem"), before) << "made anew";
  EXPECT_EQ(VerifyByOpenssl("one.home.arpa.pem", ""), 0);
  EXPECT_EQ(VerifyByOpenssl("two.home.arpa.pem", ""), 0);
  EXPECT_THAT(lines_.lines.front(), HasSubstr("the authority of before"));
}

TEST_F(CertCommandTest, LeavesAForeignAuthorityAlone) {
  std::filesystem::create_directories(folder_);
  std::ofstream(folder_ + "/authority.key") << "precious";
  EXPECT_THAT(std::string(Cert({"forium.home.arpa"}).message()), HasSubstr("Name another folder"));
  EXPECT_EQ(Content("authority.key"), "precious");
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/authority.crt"));
  const std::string make =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
      " -subj /CN=foreign -keyout " +
      folder_ + "/authority.key -out " + folder_ + "/authority.crt 2>/dev/null";
  ASSERT_EQ(std::system(make.c_str()), 0);
  const std::string foreign = Content("authority.crt");
  EXPECT_TRUE(absl::IsFailedPrecondition(Cert({"forium.home.arpa"})));
  EXPECT_EQ(Content("authority.crt"), foreign);
}

TEST_F(CertCommandTest, SaysWhatIsWrong) {
  EXPECT_THAT(std::string(Cert({}).message()), HasSubstr("for which hosts"));
  EXPECT_THAT(std::string(Cert({"https://forium.example/"}).message()),
              HasSubstr("is no host name"));
  EXPECT_THAT(std::string(Cert({"a.example,DNS:evil.example"}).message()),
              HasSubstr("is no host name"));
  EXPECT_FALSE(std::filesystem::exists(folder_)) << "nothing was written";
}

}  // namespace
}  // namespace forium::allinone
