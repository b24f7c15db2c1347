// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/tls_transport.h"

#include <poll.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <string>
#include <thread>

#include "gateway/testing/raw_client.h"
#include "gateway/tls/testing/tls_fixture.h"
#include "gtest/gtest.h"
#include "services/base/observe/metrics.h"

namespace forium::gateway {
namespace {

namespace asio = boost::asio;

// No run of bytes comes twice within a record, so that lost, doubled or swapped records show.
std::string Pattern(size_t length) {
  std::string bytes(length, '\0');
  uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

class TlsTransportTest : public testing::Test {
 protected:
  TlsTransportTest() {
    const PemPair pem = Issue({.hosts = {"forium.example"}});
    EXPECT_TRUE(certificates_.PutFile("forium", pem.certificate, pem.key).ok());
  }

  TlsConfig config_;
  CertificateStore certificates_;
  TlsServer tls_{config_, certificates_};
};

TEST_F(TlsTransportTest, SpeaksBothVersions) {
  TestServer server(tls_);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server.port(), {.host = "forium.example", .version = version});
    ASSERT_TRUE(client.connected()) << client.error();
    EXPECT_TRUE(client.Trusted());
    ASSERT_TRUE(client.Send("hello"));
    EXPECT_EQ(client.Receive(5), "hello");
    SSL_shutdown(client.ssl());
    EXPECT_TRUE(client.Closed());
  }
}

TEST_F(TlsTransportTest, RefusesOldVersions) {
  TestServer server(tls_);
  TlsClient client(server.port(), {.host = "forium.example", .version = TLS1_1_VERSION});
  EXPECT_FALSE(client.connected());
  EXPECT_NE(client.error().find("version"), std::string::npos) << client.error();
}

TEST_F(TlsTransportTest, ChoosesTheProtocol) {
  TestServer server(tls_, [](Transport& transport) -> asio::awaitable<void> {
    co_await TestServer::WriteAll(transport, Parts(transport.protocol(), "."));
    transport.ShutdownWrite();
  });
  for (const auto& [offered, chosen] : {std::pair{"\x02h2\x08http/1.1", "h2"},
                                        {"\x08http/1.1\x02h2", "h2"},
                                        {"\x08http/1.1", "http/1.1"},
                                        {"", ""}}) {
    TlsClient client(server.port(), {.host = "forium.example", .protocols = offered});
    ASSERT_TRUE(client.connected()) << client.error();
    EXPECT_EQ(client.Protocol(), chosen);
    EXPECT_EQ(client.Receive(20), std::string(chosen) + ".");
  }
  TlsClient stranger(server.port(), {.host = "forium.example", .protocols = "\x04spdy"});
  EXPECT_FALSE(stranger.connected());
  EXPECT_NE(stranger.error().find("no application protocol"), std::string::npos)
      << stranger.error();
}

TEST_F(TlsTransportTest, CarriesTenMegabytesBothWays) {
  TestServer server(tls_);
  const std::string bytes = Pattern(10 << 20);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server.port(), {.version = version});
    ASSERT_TRUE(client.connected()) << client.error();
    // By turns, since an SSL is not for two threads.
    constexpr size_t kTurn = 100'000;
    std::string received;
    for (size_t at = 0; at < bytes.size(); at += kTurn) {
      const std::string_view turn = std::string_view(bytes).substr(at, kTurn);
      ASSERT_TRUE(client.Send(turn));
      received += client.Receive(turn.size());
    }
    EXPECT_TRUE(received == bytes);
  }
}

TEST_F(TlsTransportTest, WaitsForASlowReader) {
  const std::string bytes = Pattern(20 << 20);
  std::promise<void> stuck;
  TestServer server(tls_, [&](Transport& transport) -> asio::awaitable<void> {
    std::vector<std::string_view> parts = {bytes};
    bool told = false;
    while (!parts[0].empty()) {
      std::optional<size_t> taken = transport.TryWrite(parts);
      if (!taken.has_value()) co_return;
      if (*taken == 0) {
        if (!std::exchange(told, true)) stuck.set_value();
        taken = co_await transport.Write(parts);
        if (*taken == 0) co_return;
      }
      parts[0].remove_prefix(*taken);
    }
    transport.ShutdownWrite();
  });
  TlsClient client(server.port(), {});
  ASSERT_TRUE(client.connected());
  stuck.get_future().wait();
  EXPECT_TRUE(client.Receive(bytes.size()) == bytes);
  EXPECT_TRUE(client.Closed());
}

TEST_F(TlsTransportTest, ReadsWhileAWriteWaits) {
  const std::string bytes = Pattern(20 << 20);
  TestServer server(tls_, [&](Transport& transport) -> asio::awaitable<void> {
    // Whoever reads here lets the writer go on only when the client's word came.
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer written(executor, asio::steady_timer::time_point::max());
    bool ok = false;
    auto write = [&]() -> asio::awaitable<void> {
      ok = co_await TestServer::WriteAll(transport, Parts(bytes));
      written.cancel();
    };
    asio::co_spawn(executor, write(), [](const std::exception_ptr&) {});
    char word[4];
    size_t read = 0;
    while (read < sizeof(word)) {
      const size_t some = co_await transport.Read(word + read, sizeof(word) - read);
      if (some == 0) break;
      read += some;
    }
    if (!ok) {
      boost::system::error_code ignored;
      co_await written.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    if (ok) co_await TestServer::WriteAll(transport, Parts(std::string_view(word, read)));
    transport.ShutdownWrite();
  });
  TlsClient client(server.port(), {.version = TLS1_3_VERSION});
  ASSERT_TRUE(client.connected());
  pollfd readable{client.socket(), POLLIN, 0};
  ASSERT_EQ(poll(&readable, 1, 10'000), 1);
  // Asks for new keys too, which the server answers in the middle of its write.
  SSL_key_update(client.ssl(), SSL_KEY_UPDATE_REQUESTED);
  ASSERT_TRUE(client.Send("word"));
  EXPECT_TRUE(client.Receive(bytes.size()) == bytes);
  EXPECT_EQ(client.Receive(4), "word");
}

TEST_F(TlsTransportTest, ChangesKeysUnderEachSuite) {
  TestServer server(tls_);
  const std::string bytes = Pattern(40'000);
  for (const char* suite :
       {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}) {
    TlsClient client(server.port(), {.version = TLS1_3_VERSION, .suites = suite});
    ASSERT_TRUE(client.connected()) << client.error();
    EXPECT_STREQ(SSL_get_cipher_name(client.ssl()), suite);
    static int answers;
    answers = 0;
    SSL_set_msg_callback(client.ssl(),
                         [](int write, int, int type, const void* bytes, size_t, SSL*, void*) {
                           if (write == 0 && type == SSL3_RT_HANDSHAKE &&
                               *static_cast<const unsigned char*>(bytes) == SSL3_MT_KEY_UPDATE)
                             ++answers;
                         });
    for (const int update : {SSL_KEY_UPDATE_REQUESTED, SSL_KEY_UPDATE_NOT_REQUESTED,
                             SSL_KEY_UPDATE_REQUESTED, SSL_KEY_UPDATE_REQUESTED}) {
      ASSERT_TRUE(client.Send(bytes));
      EXPECT_TRUE(client.Receive(bytes.size()) == bytes) << suite;
      SSL_key_update(client.ssl(), update);
    }
    ASSERT_TRUE(client.Send("last"));
    EXPECT_EQ(client.Receive(4), "last");
    EXPECT_EQ(answers, 3) << suite;
    SSL_shutdown(client.ssl());
    EXPECT_TRUE(client.Closed()) << suite;
  }
}

TEST_F(TlsTransportTest, JoinsSmallParts) {
  const std::string body = Pattern(40'000);
  TestServer server(tls_, [&](Transport& transport) -> asio::awaitable<void> {
    co_await TestServer::WriteAll(transport, Parts("", "head ", "", "more ", body, "", "tail"));
    transport.ShutdownWrite();
  });
  TlsClient client(server.port(), {});
  ASSERT_TRUE(client.connected());
  static int records;
  records = 0;
  SSL_set_msg_callback(client.ssl(),
                       [](int write, int, int type, const void* bytes, size_t length, SSL*, void*) {
                         if (write == 0 && type == SSL3_RT_HEADER && length == 5 &&
                             *static_cast<const char*>(bytes) == SSL3_RT_APPLICATION_DATA)
                           ++records;
                       });
  EXPECT_TRUE(client.Receive(100'000) == "head more " + body + "tail");
  // Three of data, a ticket before them and close_notify after them.
  EXPECT_EQ(records, 5);
}

TEST_F(TlsTransportTest, RefusesGarbage) {
  prometheus::Counter& failed =
      observe::Counter("forium_gateway_tls_handshakes_total", "", {{"result", "failed"}});
  const double before = failed.Value();
  TestServer server(tls_);
  RawClient garbage(server.port());
  ASSERT_TRUE(garbage.Send(Pattern(3000)));
  EXPECT_TRUE(garbage.Receive().head.empty());
  RawClient plain(server.port());
  ASSERT_TRUE(plain.Send("GET / HTTP/1.1\r\nHost: forium.example\r\n\r\n"));
  EXPECT_EQ(plain.Receive().status, 400);
  EXPECT_EQ(failed.Value(), before + 2);
}

TEST_F(TlsTransportTest, CancelEndsAHandshake) {
  // The listener's watch, here after a moment, against a client that says nothing.
  std::promise<bool> result;
  asio::io_context io(1);
  asio::ip::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  RawClient silent(acceptor.local_endpoint().port());
  asio::ip::tcp::socket accepted = acceptor.accept();
  accepted.non_blocking(true);
  const auto transport = tls_.Wrap(Socket(std::move(accepted)));
  auto handshake = [&]() -> asio::awaitable<void> {
    result.set_value(co_await transport->Handshake());
  };
  asio::co_spawn(io, handshake(), [](const std::exception_ptr&) {});
  asio::steady_timer timer(io, std::chrono::milliseconds(50));
  timer.async_wait([&](boost::system::error_code) { transport->Cancel(); });
  io.run();
  EXPECT_FALSE(result.get_future().get());
}

TEST_F(TlsTransportTest, RefusesToRenegotiate) {
  TestServer server(tls_);
  TlsClient client(server.port(), {.version = TLS1_2_VERSION});
  ASSERT_TRUE(client.connected());
  SSL_renegotiate(client.ssl());
  EXPECT_NE(SSL_do_handshake(client.ssl()), 1);
  EXPECT_FALSE(client.Send("hello") && client.Receive(5) == "hello");
}

}  // namespace
}  // namespace forium::gateway
