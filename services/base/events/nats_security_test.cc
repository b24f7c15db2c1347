// SPDX-License-Identifier: Apache-2.0
// The bus with a server that wants to know who it is, and shows who it is itself.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/events/nkey.h"
#include "services/base/events/testing/nats_fixture.h"

namespace forium::events {
namespace {

using ::testing::HasSubstr;

class NatsSecurityTest : public NatsBusTest {
 protected:
  void SetUp() override {
    NatsBusTest::SetUp();
    if (IsSkipped()) return;
    bus_.reset();
    folder_ = server_->folder();
    options_ = Options();
  }
  // The server begins anew and demands what these lines say.
  void Demand(const std::string& config) {
    server_ = std::make_unique<NatsServer>(config);
    options_.url = server_->url();
  }
  // An event goes all the way.
  bool Works() {
    bus_ = *MakeNatsBus(options_);
    Seen seen;
    const auto subscription = bus_->Subscribe(seen.Work("one"));
    StartRelay();
    Announce(next_, next_);
    const bool came = seen.Await(1) && seen.ids().front() == next_;
    ++next_;
    relay_.reset();
    return came;
  }
  std::string TroubleOf(const NatsOptions& options) {
    bus_ = *MakeNatsBus(options);
    absl::SleepFor(absl::Seconds(1));
    return bus_->Trouble();
  }
  // The certificate of a name, by the test's own authority, in `folder_`.
  void MakeAuthority() {
    char folder[] = "/tmp/forium-certificates-XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
    Run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
        "-subj /CN=authority -keyout ca.key -out ca.pem");
  }
  void MakeCertificate(const std::string& name) {
    std::ofstream(folder_ + "/names") << "subjectAltName=DNS:localhost,IP:127.0.0.1\n";
    Run(absl::StrCat("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=",
                     name, " -keyout ", name, ".key -out ", name, ".csr"));
    Run(
        absl::StrCat("openssl x509 -req -days 2 -CA ca.pem -CAkey ca.key -CAcreateserial -extfile "
                     "names -in ",
                     name, ".csr -out ", name, ".pem"));
  }
  void Run(const std::string& command) {
    ASSERT_EQ(
        std::system(absl::StrCat("cd ", folder_, " && ", command, " >/dev/null 2>&1").c_str()), 0)
        << command;
  }

  std::string folder_;
  NatsOptions options_;
  int64_t next_ = 1;
};

TEST_F(NatsSecurityTest, UserAndPassword) {
  Demand("authorization { user: forium, password: \"s3cret\" }\n");
  EXPECT_NE(TroubleOf(options_), "");
  options_.user = "forium";
  options_.password = "wrong";
  EXPECT_NE(TroubleOf(options_), "");
  options_.password = "s3cret";
  EXPECT_TRUE(Works());
}

TEST_F(NatsSecurityTest, Nkey) {
  const std::string seed = SeedOf("0123456789abcdef0123456789abcdef");
  const std::string public_key = PublicKeyOfSeed(seed).value();
  EXPECT_EQ(public_key[0], 'U');
  Demand(absl::StrCat("authorization { users = [ { nkey: ", public_key, " } ] }\n"));
  EXPECT_NE(TroubleOf(options_), "");
  options_.nkey_seed_file = server_->folder() + "/seed";
  std::ofstream(options_.nkey_seed_file) << "# of Forium\n" << seed << "\n";
  EXPECT_TRUE(Works());
}

TEST_F(NatsSecurityTest, TlsWithCertificatesOnBothSides) {
  MakeAuthority();
  MakeCertificate("server");
  MakeCertificate("client");
  Demand(absl::StrCat("tls { cert_file: \"", folder_, "/server.pem\", key_file: \"", folder_,
                      "/server.key\", ca_file: \"", folder_, "/ca.pem\", verify: true }\n"));
  const std::string plain = options_.url;
  options_.url = absl::StrCat("tls://127.0.0.1:", server_->port());
  options_.authorities = folder_ + "/ca.pem";
  EXPECT_NE(TroubleOf(options_), "") << "without a certificate of its own";
  options_.certificate = folder_ + "/client.pem";
  options_.key = folder_ + "/client.key";
  EXPECT_TRUE(Works());
  // An authority makes nats:// mean TLS too.
  options_.url = plain;
  EXPECT_TRUE(Works());
  const std::string good = folder_;
  MakeAuthority();
  options_.authorities = folder_ + "/ca.pem";
  EXPECT_NE(TroubleOf(options_), "") << "a server of another authority";
  std::filesystem::remove_all(good);
  std::filesystem::remove_all(folder_);
}

TEST(NkeyTest, OnlySeedsOfUsersAreTaken) {
  const std::string seed = SeedOf(std::string(32, 'x'));
  EXPECT_THAT(seed, ::testing::StartsWith("SU"));
  EXPECT_TRUE(PublicKeyOfSeed(seed).ok());
  std::string damaged = seed;
  damaged[10] = damaged[10] == 'A' ? 'B' : 'A';
  EXPECT_TRUE(absl::IsInvalidArgument(PublicKeyOfSeed(damaged).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(PublicKeyOfSeed("").status()));
  EXPECT_THAT(PublicKeyOfSeedFile("/nowhere").status().message(), HasSubstr("no seed"));
}

}  // namespace
}  // namespace forium::events
