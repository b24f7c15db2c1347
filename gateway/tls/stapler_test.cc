// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/stapler.h"

#include <openssl/bn.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "absl/time/clock.h"
#include "gateway/tls/ocsp.h"
#include "gateway/tls/testing/tls_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

using ::testing::HasSubstr;

// `openssl ocsp`, which answers for the test authority about one certificate.
class Responder {
 public:
  Responder() {
    std::string path = testing::TempDir() + "responder.XXXXXX";
    folder_ = mkdtemp(path.data());
    const PemPair authority = *TestAuthority().ToPem();
    std::ofstream(folder_ + "/ca.pem") << authority.certificate;
    std::ofstream(folder_ + "/ca.key") << authority.key;
    boost::asio::io_context io;
    const boost::asio::ip::tcp::acceptor free(io, {boost::asio::ip::tcp::v4(), 0});
    port_ = std::to_string(free.local_endpoint().port());
  }
  ~Responder() {
    Stop();
    std::filesystem::remove_all(folder_);
  }
  std::string address() const { return "http://127.0.0.1:" + port_ + "/ask"; }

  enum class Word { kGood, kRevoked };
  void Start(const KeyPair& pair, Word word) {
    Stop();
    BIGNUM* serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(pair.certificate()), nullptr);
    char* hex = BN_bn2hex(serial);
    std::ofstream(folder_ + "/index.txt")
        << (word == Word::kGood ? "V\t491231235959Z\t" : "R\t491231235959Z\t250101000000Z") << "\t"
        << hex << "\tunknown\t/CN=forium.example\n";
    OPENSSL_free(hex);
    BN_free(serial);
    int out[2];
    if (pipe(out) != 0) std::abort();
    process_ = fork();
    if (process_ == 0) {
      if (chdir(folder_.c_str()) != 0) _exit(1);
      dup2(out[1], STDOUT_FILENO);
      dup2(out[1], STDERR_FILENO);
      execlp("openssl", "openssl", "ocsp", "-port", port_.c_str(), "-index", "index.txt", "-CA",
             "ca.pem", "-rsigner", "ca.pem", "-rkey", "ca.key", "-nmin", "60", nullptr);
      _exit(1);
    }
    close(out[1]);
    output_ = fdopen(out[0], "r");
    // Told once it has read the index and listens.
    char line[200];
    do {
      if (fgets(line, sizeof(line), output_) == nullptr) std::abort();
    } while (std::string_view(line).find("waiting for OCSP") == std::string_view::npos);
  }
  void Stop() {
    if (process_ == 0) return;
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    process_ = 0;
    fclose(output_);
  }

 private:
  std::string folder_;
  std::string port_;
  pid_t process_ = 0;
  FILE* output_ = nullptr;
};

class StaplerTest : public testing::Test {
 protected:
  void Given(const std::string& responder) {
    const PemPair pem = Issue({.hosts = {"forium.example"}, .responder = responder});
    const std::string chain = pem.certificate + TestAuthority().ToPem()->certificate;
    ASSERT_TRUE(certificates_.PutFile("forium", chain, pem.key).ok());
  }
  std::shared_ptr<KeyPair> pair() { return certificates_.KeyPairs().front(); }

  CertificateStore certificates_;
  Stapler stapler_{certificates_, absl::Seconds(1)};
};

TEST_F(StaplerTest, StaplesWhatTheResponderSays) {
  Responder responder;
  Given(responder.address());
  responder.Start(*pair(), Responder::Word::kGood);
  const absl::Time now = absl::Now();
  stapler_.Refresh(now);
  const auto staple = pair()->staple();
  ASSERT_NE(staple, nullptr);
  EXPECT_GT(staple->until, now + absl::Minutes(59));

  TlsConfig config;
  TlsServer tls(config, certificates_);
  TestServer server(tls);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server.port(), {.host = "forium.example", .version = version, .staple = true});
    ASSERT_TRUE(client.connected()) << client.error();
    const unsigned char* shown = nullptr;
    const long length = SSL_get_tlsext_status_ocsp_resp(client.ssl(), &shown);
    ASSERT_GT(length, 0);
    const std::string_view answer(reinterpret_cast<const char*>(shown),
                                  static_cast<size_t>(length));
    EXPECT_EQ(answer, staple->response);
    EXPECT_TRUE(CheckOcspAnswer(*pair(), answer, now).ok());
  }
  EXPECT_TRUE(certificates_.List().front().stapled);

  responder.Start(*pair(), Responder::Word::kRevoked);
  stapler_.Refresh(now + absl::Minutes(29));
  EXPECT_EQ(pair()->staple(), staple) << "not before half of its life";
  stapler_.Refresh(now + absl::Minutes(31));
  EXPECT_EQ(pair()->staple(), nullptr) << "revoked by now";
}

TEST_F(StaplerTest, KeepsTheLastAnswerWhileTheResponderIsAway) {
  Responder responder;
  Given(responder.address());
  responder.Start(*pair(), Responder::Word::kGood);
  const absl::Time now = absl::Now();
  stapler_.Refresh(now);
  const auto staple = pair()->staple();
  ASSERT_NE(staple, nullptr);
  responder.Stop();
  stapler_.Refresh(now + absl::Minutes(31));
  EXPECT_EQ(pair()->staple(), staple);
}

TEST_F(StaplerTest, BelievesOnlyItsAuthority) {
  Responder responder;
  Given(responder.address());
  responder.Start(*pair(), Responder::Word::kGood);
  const std::string answer =
      *FetchOcsp(responder.address(), *OcspQuestion(*pair()), absl::Seconds(5));
  EXPECT_TRUE(CheckOcspAnswer(*pair(), answer, absl::Now()).ok());
  // Behind it stand certificates, which do not count when they are broken.
  for (size_t at = 0; at < answer.size() / 4; ++at) {
    std::string broken = answer;
    broken[at] = static_cast<char>(broken[at] ^ 1);
    EXPECT_FALSE(CheckOcspAnswer(*pair(), broken, absl::Now()).ok()) << at;
  }
  EXPECT_FALSE(CheckOcspAnswer(*pair(), "no answer", absl::Now()).ok());
  const PemPair other = Issue({.hosts = {"other.example"}});
  const auto stranger =
      *KeyPair::Parse(other.certificate + TestAuthority().ToPem()->certificate, other.key);
  EXPECT_THAT(std::string(CheckOcspAnswer(*stranger, answer, absl::Now()).status().message()),
              HasSubstr("another certificate"));
}

TEST_F(StaplerTest, NeedsTheChain) {
  const PemPair pem = Issue({.hosts = {"forium.example"}, .responder = "http://127.0.0.1:1/"});
  ASSERT_TRUE(certificates_.PutFile("forium", pem.certificate, pem.key).ok());
  EXPECT_EQ(pair()->responder(), "http://127.0.0.1:1/");
  EXPECT_THAT(std::string(OcspQuestion(*pair()).status().message()), HasSubstr("chain lacks"));
  stapler_.Refresh(absl::Now());
  EXPECT_EQ(pair()->staple(), nullptr);
}

}  // namespace
}  // namespace forium::gateway
