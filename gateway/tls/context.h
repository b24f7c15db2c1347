// SPDX-License-Identifier: Apache-2.0
// How OpenSSL is set up: versions, ciphers, curves, tickets, ALPN, and the certificate by the name
// that the client asks for. A context belongs to one host; all of them behave alike and ask the
// SSL's app data (HandshakeState) for what differs. Thread-safe once made.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/tls/key_pair.h"
#include "gateway/tls/openssl.h"

namespace forium::gateway {

class CertificateStore;
class TicketKeys;

inline constexpr char kAcmeProtocol[] = "acme-tls/1";

// Shared by all connections of a server.
struct HandshakeTerms {
  CertificateStore& certificates;
  TicketKeys& tickets;
  std::string protocols;  // for ALPN, each after its length
};

// Of one connection, SSL_set_app_data; it must outlive its SSL.
struct HandshakeState {
  const HandshakeTerms& terms;
  bool challenge = false;       // the client proves a host for an ACME server
  bool no_certificate = false;  // there was nothing to show
  // TLS 1.3: what the keys of our records come from, the newest; who uses it takes it.
  std::string write_secret = {};
};

// With at most one pair an algorithm; without any it only serves to find another by the name.
std::shared_ptr<SSL_CTX> MakeContext(std::vector<std::shared_ptr<KeyPair>> pairs);

}  // namespace forium::gateway
