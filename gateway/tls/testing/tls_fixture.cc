// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/testing/tls_fixture.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "absl/time/clock.h"
#include "gateway/tls/key_pair.h"

namespace forium::gateway {
namespace asio = boost::asio;
using tcp = asio::ip::tcp;

const LocalAuthority& TestAuthority() {
  static const LocalAuthority authority = *LocalAuthority::Make("Test authority", absl::Now());
  return authority;
}

PemPair Issue(LocalAuthority::Order order) {
  if (order.from == absl::InfinitePast()) order.from = absl::Now() - absl::Hours(1);
  return *TestAuthority().Issue(order);
}

TlsClient::TlsClient(int port, const ClientWish& wish)
    : context_(SSL_CTX_new(TLS_client_method())) {
  SSL_CTX* context = context_.get();
  SSL_CTX_set_security_level(context, 0);  // so that it can ask for what the server must refuse
  if (wish.version != 0) {
    SSL_CTX_set_min_proto_version(context, wish.version);
    SSL_CTX_set_max_proto_version(context, wish.version);
  }
  if (!wish.suites.empty()) SSL_CTX_set_ciphersuites(context, wish.suites.c_str());
  if (!wish.signatures.empty()) SSL_CTX_set1_sigalgs_list(context, wish.signatures.c_str());
  const std::string authority = TestAuthority().ToPem()->certificate;
  const X509Ptr trusted(PEM_read_bio_X509(ReadFrom(authority).get(), nullptr, nullptr, nullptr));
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context), trusted.get());
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, [](SSL* ssl, SSL_SESSION* session) {
    static_cast<TlsClient*>(SSL_get_app_data(ssl))->session_.reset(session);
    return 1;
  });
  ssl_.reset(SSL_new(context));
  SSL_set_app_data(ssl_.get(), this);
  if (!wish.host.empty()) SSL_set_tlsext_host_name(ssl_.get(), wish.host.c_str());
  if (!wish.protocols.empty()) {
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(wish.protocols.data()),
                        static_cast<unsigned int>(wish.protocols.size()));
  }
  if (wish.session != nullptr) SSL_set_session(ssl_.get(), wish.session);
  if (wish.staple) SSL_set_tlsext_status_type(ssl_.get(), TLSEXT_STATUSTYPE_ocsp);

  socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
  const timeval timeout{20, 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) std::abort();
  SSL_set_fd(ssl_.get(), socket_);
  ERR_clear_error();
  connected_ = SSL_connect(ssl_.get()) == 1;
  if (!connected_) error_ = TakeOpenSslError();
}

TlsClient::~TlsClient() {
  // Without this OpenSSL takes the session for broken and would not resume it.
  SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  close(socket_);
}

std::string TlsClient::Shown() const {
  const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  return certificate == nullptr ? "" : HostsOf(certificate).front();
}

std::string TlsClient::Algorithm() const {
  return EVP_PKEY_get0_type_name(X509_get0_pubkey(SSL_get0_peer_certificate(ssl_.get())));
}

std::string TlsClient::Protocol() const {
  const unsigned char* name = nullptr;
  unsigned int length = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &length);
  return {reinterpret_cast<const char*>(name), length};
}

bool TlsClient::Send(std::string_view bytes) {
  return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) ==
         static_cast<int>(bytes.size());
}

std::string TlsClient::Receive(size_t length) {
  std::string bytes(length, '\0');
  size_t received = 0;
  while (received < length) {
    size_t some = 0;
    if (SSL_read_ex(ssl_.get(), bytes.data() + received, length - received, &some) != 1) break;
    received += some;
  }
  bytes.resize(received);
  return bytes;
}

bool TlsClient::Closed() {
  char byte;
  const int result = SSL_read(ssl_.get(), &byte, 1);
  return SSL_get_error(ssl_.get(), result) == SSL_ERROR_ZERO_RETURN;
}

TestServer::TestServer(TlsServer& tls, Serve serve)
    : TestServer([&tls](Socket socket) { return tls.Wrap(std::move(socket)); }, std::move(serve)) {}

TestServer::TestServer(Wrap wrap, Serve serve)
    : wrap_(std::move(wrap)),
      serve_(std::move(serve)),
      io_(1),
      acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
      port_(acceptor_.local_endpoint().port()) {
  asio::co_spawn(io_, Accept(), [](const std::exception_ptr&) {});
  thread_ = std::thread([this] { io_.run(); });
}

TestServer::~TestServer() {
  io_.stop();
  thread_.join();
}

asio::awaitable<void> TestServer::Accept() {
  while (true) {
    tcp::socket socket = co_await acceptor_.async_accept(asio::use_awaitable);
    socket.set_option(tcp::no_delay(true));
    socket.non_blocking(true);
    auto serve = [this](std::unique_ptr<Transport> transport) -> asio::awaitable<void> {
      if (co_await transport->Handshake()) co_await serve_(*transport);
    };
    const auto ended = [](const std::exception_ptr&) {};
    asio::co_spawn(io_, serve(wrap_(Socket(std::move(socket)))), ended);
  }
}

asio::awaitable<void> TestServer::Echo(Transport& transport) {
  std::array<char, 3000> bytes;  // less than a record, so that some of it has to wait
  while (const size_t length = co_await transport.Read(bytes.data(), bytes.size())) {
    if (!co_await WriteAll(transport, Parts(std::string_view(bytes.data(), length)))) co_return;
  }
  transport.ShutdownWrite();
}

asio::awaitable<bool> TestServer::WriteAll(Transport& transport,
                                           std::vector<std::string_view> parts) {
  size_t first = 0;
  while (first < parts.size()) {
    const auto rest = std::span<const std::string_view>(parts).subspan(first);
    const std::optional<size_t> tried = transport.TryWrite(rest);
    if (!tried.has_value()) co_return false;
    size_t taken = *tried;
    if (taken == 0) {
      taken = co_await transport.Write(rest);
      if (taken == 0) co_return false;
    }
    for (; first < parts.size() && taken >= parts[first].size(); ++first)
      taken -= parts[first].size();
    if (first < parts.size()) parts[first].remove_prefix(taken);
  }
  co_return true;
}

}  // namespace forium::gateway
