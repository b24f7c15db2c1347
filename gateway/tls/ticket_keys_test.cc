// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/ticket_keys.h"

#include "absl/time/clock.h"
#include "gateway/tls/context.h"
#include "gateway/tls/testing/tls_fixture.h"
#include "gateway/tls/tls_transport.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

std::string_view NameOf(const TicketKeys::Key& key) {
  return {reinterpret_cast<const char*>(key.name.data()), key.name.size()};
}

TEST(TicketKeysTest, OldKeyStillDecrypts) {
  const absl::Time start = absl::Now();
  TicketKeys keys(start);
  const TicketKeys::Key first = keys.Current(start);
  EXPECT_EQ(keys.Current(start + TicketKeys::kLifetime - absl::Seconds(1)).name, first.name);
  const absl::Time later = start + TicketKeys::kLifetime;
  const TicketKeys::Key second = keys.Current(later);
  EXPECT_NE(second.name, first.name);
  ASSERT_TRUE(keys.Find(NameOf(first), later).has_value());
  EXPECT_EQ(keys.Find(NameOf(first), later)->cipher, first.cipher);
  EXPECT_EQ(keys.Find(NameOf(second), later)->mac, second.mac);
  const absl::Time last = later + TicketKeys::kLifetime;
  EXPECT_FALSE(keys.Find(NameOf(first), last).has_value());
  EXPECT_TRUE(keys.Find(NameOf(second), last).has_value());
}

TEST(TicketKeysTest, NobodyForADayForgetsAll) {
  const absl::Time start = absl::Now();
  TicketKeys keys(start);
  const TicketKeys::Key first = keys.Current(start);
  EXPECT_FALSE(keys.Find(NameOf(first), start + 2 * TicketKeys::kLifetime).has_value());
  EXPECT_FALSE(keys.Find("short", start).has_value());
}

class ResumptionTest : public testing::TestWithParam<int> {
 protected:
  ResumptionTest() {
    const PemPair pem = Issue({.hosts = {"forium.example", "*.forium.example"}});
    EXPECT_TRUE(certificates_.PutFile("forium", pem.certificate, pem.key).ok());
  }

  // Connects with the session of the one before and keeps what it got.
  bool Resumes() {
    TlsClient client(server_.port(),
                     {.host = "forium.example", .version = GetParam(), .session = session_.get()});
    EXPECT_TRUE(client.connected() && client.Send("x") && client.Receive(1) == "x");
    // In TLS 1.3 a ticket comes by itself; before, it is part of the session.
    if (GetParam() == TLS1_2_VERSION) {
      session_.reset(SSL_get1_session(client.ssl()));
    } else if (client.session() != nullptr) {
      SSL_SESSION_up_ref(client.session());
      session_.reset(client.session());
    }
    return client.Resumed();
  }

  CertificateStore certificates_;
  TicketKeys keys_{absl::Now()};
  const HandshakeTerms terms_{certificates_, keys_, "\x08http/1.1"};
  const HandshakeCounters counters_;
  const std::shared_ptr<SSL_CTX> context_ = MakeContext({});
  TestServer server_{[this](Socket socket) -> std::unique_ptr<Transport> {
    return std::make_unique<TlsTransport>(std::move(socket), context_.get(), terms_, counters_);
  }};
  std::unique_ptr<SSL_SESSION, OpenSslFree<SSL_SESSION_free>> session_;
};

TEST_P(ResumptionTest, LastsOverARotation) {
  const double resumed = counters_.resumed.Value();
  EXPECT_FALSE(Resumes());
  EXPECT_TRUE(Resumes());
  EXPECT_TRUE(Resumes());
  keys_.Current(absl::Now() + TicketKeys::kLifetime);
  EXPECT_TRUE(Resumes()) << "the old key opens, and a ticket of the new one is given";
  keys_.Current(absl::Now() + 2 * TicketKeys::kLifetime);
  EXPECT_TRUE(Resumes()) << "the renewed ticket";
  EXPECT_EQ(counters_.resumed.Value(), resumed + 4);
  keys_.Current(absl::Now() + 5 * TicketKeys::kLifetime);
  EXPECT_FALSE(Resumes()) << "its key is forgotten";
}

TEST_P(ResumptionTest, OutlivesAChangeOfTheCertificate) {
  EXPECT_FALSE(Resumes());
  const PemPair pem = Issue({.hosts = {"forium.example"}});
  ASSERT_TRUE(certificates_.PutFile("forium", pem.certificate, pem.key).ok());
  EXPECT_TRUE(Resumes());
}

INSTANTIATE_TEST_SUITE_P(Versions, ResumptionTest, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& version) {
                           return version.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
                         });

}  // namespace
}  // namespace forium::gateway
