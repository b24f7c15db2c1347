// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/tls_server.h"

#include <utility>

#include "absl/time/clock.h"
#include "gateway/tls/context.h"
#include "gateway/tls/ticket_keys.h"
#include "gateway/tls/tls_transport.h"

namespace forium::gateway {
namespace {

std::string ForAlpn(const std::vector<std::string>& protocols) {
  std::string list;
  for (const std::string& protocol : protocols) {
    list += static_cast<char>(protocol.size());
    list += protocol;
  }
  return list;
}

}  // namespace

struct TlsServer::State {
  State(const TlsConfig& config, CertificateStore& certificates,
        const std::vector<std::string>& protocols)
      : config(config),
        certificates(certificates),
        tickets(absl::Now()),
        terms{certificates, tickets, ForAlpn(protocols)},
        context(MakeContext({})) {}

  const TlsConfig& config;
  CertificateStore& certificates;
  TicketKeys tickets;
  const HandshakeTerms terms;
  const HandshakeCounters counters;
  // Connections begin with it; the name that the client asks for leads to another.
  const std::shared_ptr<SSL_CTX> context;
};

TlsServer::TlsServer(const TlsConfig& config, CertificateStore& certificates,
                     std::vector<std::string> protocols)
    : state_(std::make_unique<State>(config, certificates, protocols)) {}

TlsServer::~TlsServer() = default;

absl::Status TlsServer::Start() { return absl::OkStatus(); }

std::unique_ptr<Transport> TlsServer::Wrap(Socket socket) {
  return std::make_unique<TlsTransport>(std::move(socket), state_->context.get(), state_->terms,
                                        state_->counters);
}

}  // namespace forium::gateway
