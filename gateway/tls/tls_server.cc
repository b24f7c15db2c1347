// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/tls_server.h"

#include <functional>
#include <thread>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "gateway/tls/certificate_folder.h"
#include "gateway/tls/context.h"
#include "gateway/tls/stapler.h"
#include "gateway/tls/ticket_keys.h"
#include "gateway/tls/tls_transport.h"
#include "services/base/observe/log.h"
#include "services/base/observe/metrics.h"
#include "services/base/status/macros.h"

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

// How often it is asked whether an OCSP answer is due.
constexpr absl::Duration kStaplerInterval = absl::Seconds(1);

// Runs `work` every `interval` on a thread of its own until it is destroyed.
class Regularly {
 public:
  Regularly(absl::Duration interval, std::function<void()> work)
      : thread_([this, interval, work = std::move(work)] {
          while (true) {
            {
              absl::MutexLock lock(&mutex_);
              if (mutex_.AwaitWithTimeout(absl::Condition(&ended_), interval)) return;
            }
            work();
          }
        }) {}
  ~Regularly() {
    {
      absl::MutexLock lock(&mutex_);
      ended_ = true;
    }
    thread_.join();
  }

 private:
  absl::Mutex mutex_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace

struct TlsServer::State {
  State(const TlsConfig& config, CertificateStore& certificates,
        const std::vector<std::string>& protocols)
      : config(config),
        certificates(certificates),
        tickets(absl::Now()),
        terms{certificates, tickets, ForAlpn(protocols)},
        context(MakeContext({})),
        folder(config.certificates, certificates),
        stapler(certificates) {}

  // The metric appears with the first certificate.
  void TellExpiry() {
    const absl::Time first = certificates.FirstExpiry();
    if (first == absl::InfiniteFuture()) return;
    observe::Gauge("forium_gateway_tls_certificate_expiry_seconds",
                   "Until the first of the certificates ends.")
        .Set(absl::ToDoubleSeconds(first - absl::Now()));
  }

  void LookAtFolder() {
    if (!config.certificates.empty()) {
      // What is wrong with a file was logged with it.
      const absl::Status scanned = folder.Scan();
      if (!scanned.ok() && folder_readable)
        observe::Log(observe::Level::kError, "folder of certificates cannot be used",
                     {{"cause", std::string(scanned.message())}});
      folder_readable = scanned.ok();
    }
    TellExpiry();
  }

  const TlsConfig& config;
  CertificateStore& certificates;
  TicketKeys tickets;
  const HandshakeTerms terms;
  const HandshakeCounters counters;
  // Connections begin with it; the name that the client asks for leads to another.
  const std::shared_ptr<SSL_CTX> context;

  CertificateFolder folder;  // by Start, then by its thread
  bool folder_readable = true;
  Stapler stapler;  // by its thread
  std::unique_ptr<Regularly> look_at_folder;
  std::unique_ptr<Regularly> staple;
};

TlsServer::TlsServer(const TlsConfig& config, CertificateStore& certificates,
                     std::vector<std::string> protocols)
    : state_(std::make_unique<State>(config, certificates, protocols)) {}

TlsServer::~TlsServer() = default;

absl::Status TlsServer::Start() {
  State& state = *state_;
  if (!state.config.certificates.empty()) RETURN_IF_ERROR(state.folder.Scan());
  state.TellExpiry();
  state.look_at_folder = std::make_unique<Regularly>(state.config.certificates_interval,
                                                     [&state] { state.LookAtFolder(); });
  if (state.config.ocsp_stapling) {
    state.staple = std::make_unique<Regularly>(kStaplerInterval,
                                               [&state] { state.stapler.Refresh(absl::Now()); });
  }
  return absl::OkStatus();
}

std::unique_ptr<Transport> TlsServer::Wrap(Socket socket) {
  return std::make_unique<TlsTransport>(std::move(socket), state_->context.get(), state_->terms,
                                        state_->counters);
}

}  // namespace forium::gateway
