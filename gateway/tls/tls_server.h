// SPDX-License-Identifier: Apache-2.0
// TLS for accepted sockets: versions, ciphers, ALPN, tickets; and what keeps its certificates fresh
// in the background: the folder is read again when it changes, OCSP answers are stapled before they
// age. Thread-safe. It must outlive its transports; the store must outlive it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gateway/http/transport.h"
#include "gateway/tls/certificate_store.h"
#include "gateway/tls/config.h"

namespace forium::gateway {

class TlsServer {
 public:
  // `protocols` for ALPN, the preferred first; `acme-tls/1` is known beside them.
  TlsServer(const TlsConfig& config, CertificateStore& certificates,
            std::vector<std::string> protocols = {"h2", "http/1.1"});
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  // Reads the folder of certificates, if one is set, and starts what keeps them fresh. An error
  // when the folder cannot be read or a file in it is broken.
  absl::Status Start();
  // On the thread of the socket's connection.
  std::unique_ptr<Transport> Wrap(Socket socket);

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace forium::gateway
