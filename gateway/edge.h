// SPDX-License-Identifier: Apache-2.0
// What stands between the network and the forum: who may connect, TLS and its certificates, and the
// few answers that need no forum, such as the way from HTTP to HTTPS. Thread-safe after Start.
#pragma once

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "gateway/acme/automatic_certificates.h"
#include "gateway/config.h"
#include "gateway/http/message.h"
#include "gateway/http/transport.h"
#include "gateway/limits/address_lists.h"
#include "gateway/limits/cidr.h"
#include "gateway/limits/trusted_proxies.h"
#include "gateway/sites/sites.h"
#include "gateway/tls/certificate_store.h"
#include "gateway/tls/tls_server.h"

namespace forium::gateway {

class Edge {
 public:
  // `sites` outlive it.
  Edge(const Config& config, const Sites& sites);
  ~Edge();

  // Reads lists and certificates. Errors: a setting is wrong, a file that was named cannot be used.
  absl::Status Start();
  // The listener serves, HTTPS on that port (0: not at all): begins to get the certificates that
  // come by themselves, since who gives them looks here at once.
  absl::Status Serve(int tls_port);
  // Nothing more is asked of others.
  void Stop();
  // For the listener.
  std::unique_ptr<Transport> Secure(Socket socket) { return tls_.Wrap(std::move(socket)); }
  bool Welcomes(std::string_view address) const;
  bool MustAnnounce(std::string_view address) const;

  // First of all: who the client is, by what a trusted proxy says, and whether it came over TLS.
  // True: such a proxy sent it.
  bool Identify(Request& request) const;
  Access AccessOf(const Request& request) const { return lists_.Of(request.ip); }
  // True: answered here: a proof for an ACME server, a way to HTTPS, a no.
  bool Answer(const Request& request, Access access, Response& response) const;

  const CertificateStore& certificates() const { return certificates_; }
  // Empty without ACME.
  std::vector<AutomaticCertificateFacts> AutomaticFacts() const;

 private:
  bool ProvesHost(const Request& request, Response& response) const;
  void Look();
  bool RedirectsToTls(const Request& request) const;
  std::string TlsAddress(const Request& request) const;

  const Config& config_;
  const Sites& sites_;
  CertificateStore certificates_;
  TlsServer tls_;
  AddressLists lists_;
  TrustedProxies proxies_;
  CidrSet announcers_;
  std::unique_ptr<AutomaticCertificates> automatic_;
  std::atomic<const AutomaticCertificates*> proofs_ = nullptr;  // the same, for the connections
  // Looks whether files of lists changed.
  boost::asio::thread_pool background_{1};
  boost::asio::steady_timer look_{background_};
  std::atomic<int> tls_port_ = 0;
};

}  // namespace forium::gateway
