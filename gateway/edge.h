// SPDX-License-Identifier: Apache-2.0
// What stands between the network and the forum: who may connect, TLS and its certificates, and the
// few answers that need no forum, such as the way from HTTP to HTTPS. Thread-safe after Start.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "gateway/config.h"
#include "gateway/http/message.h"
#include "gateway/http/transport.h"
#include "gateway/tls/certificate_store.h"
#include "gateway/tls/tls_server.h"

namespace forium::gateway {

class Edge {
 public:
  explicit Edge(const Config& config);
  ~Edge();

  // Reads certificates. Errors: a file that was named cannot be used.
  absl::Status Start();
  // The port of HTTPS, once the listener knows it.
  void SetTlsPort(int port) { tls_port_ = port; }

  // For the listener.
  std::unique_ptr<Transport> Secure(Socket socket) { return tls_.Wrap(std::move(socket)); }

  // Tells what a trusted proxy says of the client: its address and whether it came over TLS.
  void Identify(Request& request) const;
  // True: answered here.
  bool Answer(const Request& request, Response& response) const;

  CertificateStore& certificates() { return certificates_; }

 private:
  bool RedirectsToTls(const Request& request) const;
  std::string TlsAddress(const Request& request) const;

  const Config& config_;
  CertificateStore certificates_;
  TlsServer tls_;
  std::atomic<int> tls_port_ = 0;
};

}  // namespace forium::gateway
