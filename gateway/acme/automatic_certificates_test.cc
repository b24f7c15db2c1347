// SPDX-License-Identifier: Apache-2.0
// Certificates from a real ACME server, which looks for the proofs where real servers do.
#include "gateway/acme/automatic_certificates.h"

#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>

#include "absl/strings/str_cat.h"
#include "gateway/acme/testing/challenge_responder.h"
#include "gateway/acme/testing/pebble.h"
#include "gateway/tls/testing/tls_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/base/observe/metrics.h"

namespace forium::gateway {
namespace {

using State = AutomaticCertificateFacts::State;
using ::testing::HasSubstr;

constexpr char kHost[] = "forum.example";
constexpr absl::Duration kPatience = absl::Seconds(60);
constexpr absl::Duration kLifetimes = absl::Hours(24 * 365 * 6);  // Pebble gives five years

class AutomaticCertificatesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Pebble::Installed()) GTEST_SKIP() << "pebble is not installed";
    char folder[] = "/tmp/forium-acme-XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    folder_ = folder;
    pebble_ = std::make_unique<Pebble>(Pebble::Options{
        .http_port = responder_.port(), .tls_port = server_.port(), .nonces_rejected = 25});
    options_.config.acme = true;
    options_.config.acme_directory = pebble_->directory();
    options_.config.acme_email = "admin@forum.example";
    options_.config.acme_hosts = {kHost};
    options_.config.acme_ca = pebble_->authorities();
    options_.config.acme_data = folder_ + "/acme";
    options_.now = [this] { return absl::Now() + absl::Seconds(ahead_.load()); };
    options_.pauses = {.first = absl::Milliseconds(20),
                       .second = absl::Milliseconds(20),
                       .longest = absl::Milliseconds(200)};
    options_.first_poll = absl::Milliseconds(50);
  }
  void TearDown() override {
    Stop();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  void Start() {
    auto started = AutomaticCertificates::Start(options_, store_);
    ASSERT_TRUE(started.ok()) << started.status();
    const absl::MutexLock lock(&mutex_);
    certificates_ = *std::move(started);
  }
  void Stop() {
    std::shared_ptr<AutomaticCertificates> ended = Running();
    if (ended == nullptr) return;
    ended->Stop();
    const absl::MutexLock lock(&mutex_);
    certificates_ = nullptr;
  }
  // A process that begins anew knows no certificate.
  void Restart() {
    Stop();
    for (const CertificateFacts& facts : store_.List()) store_.Remove(facts.name);
    Start();
  }
  std::shared_ptr<AutomaticCertificates> Running() {
    const absl::MutexLock lock(&mutex_);
    return certificates_;
  }

  AutomaticCertificateFacts Facts(const std::string& host = kHost) {
    for (auto& facts : Running()->Facts()) {
      if (facts.host == host) return facts;
    }
    return {};
  }
  template <typename Condition>
  bool Await(const Condition& holds, absl::Duration patience = kPatience) {
    const absl::Time end = absl::Now() + patience;
    while (!holds()) {
      if (absl::Now() > end) return false;
      absl::SleepFor(absl::Milliseconds(5));
    }
    return true;
  }
  bool AwaitValid(const std::string& host = kHost) {
    return Await([&] { return Facts(host).state == State::kValid; });
  }
  // What a browser is shown.
  std::string Shown(const std::string& host) {
    return TlsClient(server_.port(), {.host = host}).Shown();
  }
  std::string Serial(const std::string& host = kHost) {
    const auto context = store_.Find(host);
    if (context == nullptr) return "";
    const ASN1_INTEGER* serial = X509_get0_serialNumber(SSL_CTX_get0_certificate(context.get()));
    return std::string(reinterpret_cast<const char*>(serial->data),
                       static_cast<size_t>(serial->length));
  }
  std::optional<std::string> Proof(std::string_view token) {
    const auto certificates = Running();
    if (!http_works_ || certificates == nullptr) return std::nullopt;
    if (unlucky_ > 0) {
      const absl::MutexLock lock(&mutex_);
      if (std::uniform_int_distribution<int>(1, 100)(random_) <= unlucky_) return "unlucky";
    }
    return certificates->Http01Answer(token);
  }

  std::string folder_;
  AutomaticCertificates::Options options_;
  std::atomic<int64_t> ahead_ = 0;  // of the real clock, in seconds
  std::atomic<bool> http_works_ = true;
  std::atomic<int> unlucky_ = 0;  // answers to the server that are wrong, in a hundred

  absl::Mutex mutex_;
  std::shared_ptr<AutomaticCertificates> certificates_ ABSL_GUARDED_BY(mutex_);
  std::mt19937 random_ ABSL_GUARDED_BY(mutex_){20};

  TlsConfig tls_config_;
  CertificateStore store_;
  TlsServer tls_{tls_config_, store_};
  TestServer server_{tls_};
  ChallengeResponder responder_{[this](std::string_view token) { return Proof(token); }};
  std::unique_ptr<Pebble> pebble_;
};

TEST_F(AutomaticCertificatesTest, TlsAlpn01GetsOneWhileHttpIsAway) {
  http_works_ = false;
  Start();
  ASSERT_TRUE(AwaitValid()) << Facts().last_error;
  EXPECT_EQ(responder_.asked(), 0);
  EXPECT_EQ(Shown(kHost), kHost);
  EXPECT_EQ(store_.FindChallenge(kHost), nullptr) << "the proof is hidden again";
  EXPECT_EQ(Facts().last_error, "");
  EXPECT_GT(Facts().not_after, absl::Now());
  EXPECT_THAT(observe::MetricsText(),
              HasSubstr("forium_gateway_acme_orders_total{result=\"issued\"}"));
}

TEST_F(AutomaticCertificatesTest, Http01GetsOne) {
  options_.tls_alpn_first = false;
  Start();
  ASSERT_TRUE(AwaitValid()) << Facts().last_error;
  EXPECT_GT(responder_.asked(), 0);
  EXPECT_EQ(Shown(kHost), kHost);
  EXPECT_EQ(pebble_->orders(), 1);
}

TEST_F(AutomaticCertificatesTest, FallsBackToTheOtherChallenge) {
  options_.tls_alpn_first = false;
  http_works_ = false;
  Start();
  ASSERT_TRUE(AwaitValid()) << Facts().last_error;
  EXPECT_GT(responder_.asked(), 0);
  EXPECT_EQ(pebble_->orders(), 2);
}

TEST_F(AutomaticCertificatesTest, FailuresAreToldAndPass) {
  // Without HTTPS only the proof by HTTP can work, every second time it is tried.
  pebble_ = std::make_unique<Pebble>(Pebble::Options{
      .http_port = responder_.port(), .tls_port = FreePort(), .nonces_rejected = 40});
  options_.config.acme_directory = pebble_->directory();
  options_.config.acme_ca = pebble_->authorities();
  http_works_ = false;
  Start();
  ASSERT_TRUE(Await([&] { return Facts().failures >= 3; }));
  EXPECT_NE(Facts().state, State::kValid);
  EXPECT_THAT(Facts().last_error, HasSubstr(kHost));
  http_works_ = true;
  unlucky_ = 30;  // three looks each: one in three checks passes
  ASSERT_TRUE(AwaitValid()) << Facts().last_error;
  EXPECT_EQ(Facts().failures, 0);
  EXPECT_EQ(Facts().last_error, "");
}

TEST_F(AutomaticCertificatesTest, SecondStartUsesWhatIsThere) {
  Start();
  ASSERT_TRUE(AwaitValid()) << Facts().last_error;
  const std::string serial = Serial();
  struct stat file {};
  ASSERT_EQ(stat((folder_ + "/acme/forum.example.pem").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
  const int requests = pebble_->Count("GET /dir");
  EXPECT_EQ(requests, 1);
  Stop();
  pebble_->Stop();
  Restart();
  EXPECT_EQ(Facts().state, State::kValid);
  EXPECT_EQ(Serial(), serial);
  EXPECT_EQ(Shown(kHost), kHost);
  EXPECT_EQ(Facts().failures, 0) << "nobody was asked";
  EXPECT_EQ(pebble_->Count("GET /dir"), requests);
}

TEST_F(AutomaticCertificatesTest, RestartKeepsTheAccount) {
  Start();
  ASSERT_TRUE(AwaitValid()) << Facts().last_error;
  options_.config.acme_hosts = {kHost, "www.forum.example"};
  options_.config.acme_email = "other@forum.example";
  Restart();
  ASSERT_TRUE(AwaitValid("www.forum.example")) << Facts("www.forum.example").last_error;
  EXPECT_EQ(pebble_->orders(), 2);
  EXPECT_EQ(pebble_->Count("There are now 1 accounts"), 1);
  EXPECT_EQ(pebble_->Count("There are now 2 accounts"), 0);
}

TEST_F(AutomaticCertificatesTest, ServerThatForgotTheAccountGetsItAgain) {
  Start();
  ASSERT_TRUE(AwaitValid()) << Facts().last_error;
  const std::string serial = Serial();
  pebble_->Stop();
  pebble_->Start();
  ahead_ += absl::ToInt64Seconds(kLifetimes);
  Running()->Wake();
  ASSERT_TRUE(Await([&] { return Serial() != serial; })) << Facts().last_error;
  EXPECT_EQ(pebble_->Count("There are now 1 accounts"), 2);
}

TEST_F(AutomaticCertificatesTest, RenewsAtTwoThirdsOnce) {
  Start();
  ASSERT_TRUE(AwaitValid()) << Facts().last_error;
  const std::string serial = Serial();
  const AutomaticCertificateFacts facts = Facts();
  const absl::Duration lifetime = facts.not_after - absl::Now();
  EXPECT_GT(facts.next_attempt, absl::Now() + lifetime * 0.66);
  EXPECT_LT(facts.next_attempt, absl::Now() + lifetime * 0.69);
  ahead_ = absl::ToInt64Seconds(facts.next_attempt - absl::Now() - absl::Hours(1));
  Running()->Wake();
  EXPECT_FALSE(Await([&] { return pebble_->orders() > 1; }, absl::Milliseconds(500)));
  ahead_ += 2 * 3600;
  Running()->Wake();
  ASSERT_TRUE(Await([&] { return Serial() != serial; })) << Facts().last_error;
  EXPECT_FALSE(Await([&] { return pebble_->orders() > 2; }, absl::Milliseconds(500)));
  EXPECT_EQ(Shown(kHost), kHost);
}

TEST_F(AutomaticCertificatesTest, FailingRenewalKeepsTheOldCertificate) {
  Start();
  ASSERT_TRUE(AwaitValid()) << Facts().last_error;
  const std::string serial = Serial();
  pebble_->Stop();
  ahead_ = absl::ToInt64Seconds(Facts().next_attempt - absl::Now() + absl::Hours(1));
  Running()->Wake();
  ASSERT_TRUE(Await([&] { return Facts().failures >= 2; }));
  EXPECT_EQ(Serial(), serial);
  EXPECT_THAT(Facts().last_error, HasSubstr("localhost"));
}

TEST_F(AutomaticCertificatesTest, BackOffSurvivesARestart) {
  pebble_->Stop();
  options_.pauses = {.first = absl::Hours(1), .second = absl::Hours(2), .longest = absl::Hours(4)};
  Start();
  ASSERT_TRUE(Await([&] { return Facts().failures == 1; }));
  const absl::Time next = Facts().next_attempt;
  EXPECT_GT(next, absl::Now() + absl::Minutes(40));
  Stop();
  pebble_->Start();
  Restart();
  EXPECT_EQ(Facts().failures, 1);
  EXPECT_LE(absl::AbsDuration(Facts().next_attempt - next), absl::Seconds(1));
  EXPECT_FALSE(Await([&] { return pebble_->Count("GET /dir") > 0; }, absl::Milliseconds(300)));
  ahead_ = 2 * 3600;
  Running()->Wake();
  EXPECT_TRUE(AwaitValid()) << Facts().last_error;
}

TEST_F(AutomaticCertificatesTest, HostsOnDemandAreAllowedFirst) {
  std::atomic<int> asked = 0;
  options_.allow = [&](const std::string& host) {
    ++asked;
    return host == "community.example";
  };
  Start();
  ASSERT_TRUE(AwaitValid()) << Facts().last_error;
  EXPECT_EQ(Shown("community.example"), kHost) << "until it has its own";
  ASSERT_TRUE(Await([&] { return Shown("community.example") == "community.example"; }))
      << Facts("community.example").last_error;
  EXPECT_TRUE(Facts("community.example").on_demand);
  EXPECT_EQ(asked, 2) << "when it was asked for, and before the order";

  for (const char* junk : {"192.0.2.1", "2001:db8::1", "localhost", "router.local", "a_b.example",
                           "*.example.com", "", "a..b", "no-dot"}) {
    Running()->Ask(junk);
  }
  for (int i = 0; i < 20; ++i) Running()->Ask("stranger.example");
  ASSERT_TRUE(Await([&] { return asked == 3; }));
  Running()->Ask("STRANGER.example.");
  EXPECT_FALSE(Await([&] { return asked > 3; }, absl::Milliseconds(200)));
  EXPECT_EQ(pebble_->orders(), 2);
  EXPECT_EQ(Facts("stranger.example").host, "");

  Restart();
  EXPECT_EQ(Facts("community.example").state, State::kValid);
  EXPECT_EQ(pebble_->orders(), 2);
}

TEST_F(AutomaticCertificatesTest, HostThatIsNoLongerAllowedIsNotRenewed) {
  std::atomic<bool> allowed = true;
  options_.allow = [&](const std::string&) { return allowed.load(); };
  Start();
  ASSERT_TRUE(AwaitValid()) << Facts().last_error;
  Running()->Ask("community.example");
  ASSERT_TRUE(AwaitValid("community.example")) << Facts("community.example").last_error;
  allowed = false;
  ahead_ = absl::ToInt64Seconds(kLifetimes);
  Running()->Wake();
  ASSERT_TRUE(Await([&] { return Facts("community.example").host.empty(); }));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/acme/community.example.pem"));
  ASSERT_TRUE(Await([&] { return pebble_->orders() == 3; })) << "that of acme_hosts is";
}

TEST_F(AutomaticCertificatesTest, NewHostsAreFewAnHour) {
  options_.allow = [](const std::string&) { return true; };
  options_.config.acme_new_hosts_per_hour = 1;
  Start();
  ASSERT_TRUE(AwaitValid()) << Facts().last_error;
  Running()->Ask("one.example");
  ASSERT_TRUE(AwaitValid("one.example")) << Facts("one.example").last_error;
  Running()->Ask("two.example");
  EXPECT_FALSE(Await([&] { return !Facts("two.example").host.empty(); }, absl::Milliseconds(200)));
  ahead_ += 3700;
  Running()->Ask("two.example");
  EXPECT_TRUE(AwaitValid("two.example")) << Facts("two.example").last_error;
}

TEST_F(AutomaticCertificatesTest, StopsAtOnceWhileTheServerHangs) {
  pebble_->Pause();
  Start();
  ASSERT_TRUE(Await([&] { return Facts().state == State::kOrdering; }));
  absl::SleepFor(absl::Milliseconds(200));  // into the call
  const absl::Time begin = absl::Now();
  Stop();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(2));
  pebble_->Resume();
}

TEST_F(AutomaticCertificatesTest, HangingServerIsAFailure) {
  options_.call_timeout = absl::Milliseconds(300);
  pebble_->Pause();
  Start();
  ASSERT_TRUE(Await([&] { return Facts().failures >= 1; }));
  EXPECT_THAT(Facts().last_error, HasSubstr("does not answer in time"));
  pebble_->Resume();
}

TEST_F(AutomaticCertificatesTest, DamagedFilesAreOrderedAnew) {
  Start();
  ASSERT_TRUE(AwaitValid()) << Facts().last_error;
  Stop();
  std::ofstream(folder_ + "/acme/forum.example.pem") << "-----BEGIN CERTIFICATE-----\nAAAA";
  Restart();
  ASSERT_TRUE(AwaitValid()) << Facts().last_error;
  EXPECT_EQ(pebble_->orders(), 2);
}

TEST_F(AutomaticCertificatesTest, WrongSettingsAreToldAtTheStart) {
  const auto complaint = [&](const auto& change) {
    AutomaticCertificates::Options options = options_;
    change(options);
    const auto started = AutomaticCertificates::Start(std::move(options), store_);
    return started.ok() ? "" : std::string(started.status().message());
  };
  using Options = AutomaticCertificates::Options;
  EXPECT_THAT(complaint([](Options& o) { o.config.acme_hosts = {"192.0.2.1"}; }),
              HasSubstr("acme_hosts"));
  EXPECT_THAT(complaint([](Options& o) { o.config.acme_hosts = {}; }), HasSubstr("public_url"));
  EXPECT_THAT(complaint([](Options& o) { o.config.acme_directory = "http://a.example/"; }),
              HasSubstr("https://"));
  EXPECT_THAT(complaint([](Options& o) { o.config.acme_ca = "/nowhere"; }), HasSubstr("acme_ca"));
  EXPECT_THAT(complaint([](Options& o) { o.config.acme_data = ""; }), HasSubstr("acme_data"));
  std::filesystem::create_directories(folder_ + "/damaged");
  std::ofstream(folder_ + "/damaged/account.key") << "junk";
  EXPECT_THAT(complaint([&](Options& o) { o.config.acme_data = folder_ + "/damaged"; }),
              HasSubstr("account.key"));
}

TEST_F(AutomaticCertificatesTest, HostOfThePublicUrlIsTheDefault) {
  options_.config.acme_hosts = {};
  options_.public_url = "https://Forum.Example/";
  Start();
  EXPECT_TRUE(AwaitValid()) << Facts().last_error;
}

}  // namespace
}  // namespace forium::gateway
