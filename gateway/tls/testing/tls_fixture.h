// SPDX-License-Identifier: Apache-2.0
// For tests of TLS: a server on a free port whose connections run a function of the test's, and
// OpenSSL as its client. The client blocks; one thread each.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "gateway/tls/certificate_store.h"
#include "gateway/tls/local_authority.h"
#include "gateway/tls/tls_server.h"

namespace forium::gateway {

// The authority of all tests of a process.
const LocalAuthority& TestAuthority();
// A certificate of it that is valid now.
PemPair Issue(LocalAuthority::Order order);

struct ClientWish {
  std::string host = {};       // SNI; empty: none
  std::string protocols = {};  // ALPN, each after its length
  int version = 0;             // the only one; 0: any
  SSL_SESSION* session = nullptr;
  std::string signatures = {};  // the algorithms it knows; empty: all
  bool staple = false;          // asks for an OCSP answer
  std::string suites = {};      // of TLS 1.3; empty: all
};

class TlsClient {
 public:
  TlsClient(int port, const ClientWish& wish);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool connected() const { return connected_; }
  const std::string& error() const { return error_; }
  SSL* ssl() { return ssl_.get(); }
  int socket() const { return socket_; }
  // The first host that the server's certificate names; empty: none was shown.
  std::string Shown() const;
  std::string Algorithm() const;  // of that certificate's key
  std::string Protocol() const;
  bool Trusted() const { return SSL_get_verify_result(ssl_.get()) == X509_V_OK; }
  bool Resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  bool Send(std::string_view bytes);
  std::string Receive(size_t length);  // shorter when the connection ends
  bool Closed();                       // reads the end, with close_notify
  // What the server gave for the next connection; reads until a ticket came.
  SSL_SESSION* session() { return session_.get(); }

 private:
  using SessionPtr = std::unique_ptr<SSL_SESSION, OpenSslFree<SSL_SESSION_free>>;
  ContextPtr context_;
  SslPtr ssl_;
  SessionPtr session_;
  int socket_ = -1;
  bool connected_ = false;
  std::string error_;
};

// Braces in a co_await are more than g++ 12 bears.
template <typename... Texts>
std::vector<std::string_view> Parts(const Texts&... texts) {
  return {std::string_view(texts)...};
}

class TestServer {
 public:
  using Serve = std::function<boost::asio::awaitable<void>(Transport&)>;
  using Wrap = std::function<std::unique_ptr<Transport>(Socket)>;
  explicit TestServer(TlsServer& tls, Serve serve = Echo);
  explicit TestServer(Wrap wrap, Serve serve = Echo);
  ~TestServer();
  int port() const { return port_; }
  // Writes back what it reads, then shuts down.
  static boost::asio::awaitable<void> Echo(Transport& transport);
  // All of the parts, by TryWrite and Write.
  static boost::asio::awaitable<bool> WriteAll(Transport& transport,
                                               std::vector<std::string_view> parts);

 private:
  boost::asio::awaitable<void> Accept();

  const Wrap wrap_;
  const Serve serve_;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace forium::gateway
