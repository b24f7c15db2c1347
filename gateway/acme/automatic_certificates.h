// SPDX-License-Identifier: Apache-2.0
// The certificates that come by themselves: ordered by ACME for the hosts of the settings and, when
// the owner allows it, for hosts that clients ask for; kept in a folder, put into the store,
// renewed at two thirds of their lifetime. Works on a thread of its own; thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gateway/acme/acme_client.h"
#include "gateway/acme/certificate_files.h"
#include "gateway/acme/config.h"
#include "gateway/acme/https_client.h"
#include "gateway/acme/on_demand_hosts.h"
#include "gateway/acme/renewal_schedule.h"
#include "gateway/tls/certificate_store.h"

namespace forium::gateway {

// Of one host, for the status page.
struct AutomaticCertificateFacts {
  enum class State { kWaiting, kOrdering, kValid, kFailing };
  std::string host;
  State state = State::kWaiting;
  bool on_demand = false;
  absl::Time not_after;     // InfinitePast: there is no certificate
  absl::Time next_attempt;  // renewal, or the next try
  int failures = 0;         // in a row
  std::string last_error;   // of them
};
std::string_view NameOf(AutomaticCertificateFacts::State state);  // `waiting`, `ordering`, …

class AutomaticCertificates {
 public:
  struct Options {
    AcmeConfig config;
    // Of config.public_url, for when acme_hosts is empty.
    std::string public_url;
    // Whether a host that a client asked for, and that is none of acme_hosts, may have a
    // certificate; asked again before it is renewed. May take seconds, not minutes. None: no such
    // hosts.
    std::function<bool(const std::string& host)> allow = nullptr;
    // TLS-ALPN-01 is tried before HTTP-01: HTTPS is served on what the outside sees as port 443.
    bool tls_alpn_first = true;
    std::function<absl::Time()> now = absl::Now;
    Pauses pauses = {};
    absl::Duration first_poll = absl::Milliseconds(500);
    absl::Duration call_timeout = absl::Seconds(20);
  };

  // Puts what the folder holds into the store, which outlives it, and begins. Errors: a setting is
  // wrong, or the folder cannot be used.
  static absl::StatusOr<std::unique_ptr<AutomaticCertificates>> Start(Options options,
                                                                      CertificateStore& store);
  ~AutomaticCertificates();
  AutomaticCertificates(const AutomaticCertificates&) = delete;
  AutomaticCertificates& operator=(const AutomaticCertificates&) = delete;

  // What /.well-known/acme-challenge/TOKEN answers, as text/plain; nullopt: 404.
  std::optional<std::string> Http01Answer(std::string_view token) const;
  // A client asked for the host and there is no certificate. Does not wait.
  void Ask(const std::string& host);
  std::vector<AutomaticCertificateFacts> Facts() const;
  // Looks at the clock again, for tests that move it.
  void Wake();
  // Ends what is under way, even when the server hangs. Later calls of the others do nothing.
  void Stop();

 private:
  struct Managed {
    bool on_demand = false;
    bool ordering = false;
    absl::Time not_after = absl::InfinitePast();
    absl::Time due = absl::InfinitePast();
    KeptAttempts attempts;
  };

  // What the store calls may outlive us by a moment.
  struct Listener {
    absl::Mutex mutex;  // before mutex_
    AutomaticCertificates* certificates ABSL_GUARDED_BY(mutex) = nullptr;
  };

  AutomaticCertificates(Options options, CertificateStore& store, CertificateFiles files,
                        std::unique_ptr<HttpsClient> http, SigningKey account);

  void Load(const std::vector<std::string>& hosts);
  void Listen();
  void Run();
  // The host that is due first, if it is due now.
  std::optional<std::string> Due(absl::Time now);
  void Consider(const std::string& host);
  void Renew(const std::string& host);
  void Succeed(const std::string& host, const IssuedCertificate& issued);
  void Fail(const std::string& host, const absl::Status& error);
  void Drop(const std::string& host, absl::Duration refused_for);
  absl::Status Show(const Proof& proof);
  void Hide(const Proof& proof);
  bool Pause(absl::Duration time);
  void Measure();

  const Options options_;
  CertificateStore& store_;
  // Used on the thread only.
  const CertificateFiles files_;
  const std::unique_ptr<HttpsClient> http_;
  AcmeClient client_;
  const std::shared_ptr<Listener> listener_ = std::make_shared<Listener>();

  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<std::string, Managed> managed_ ABSL_GUARDED_BY(mutex_);
  OnDemandHosts on_demand_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string, std::less<>> answers_ ABSL_GUARDED_BY(mutex_);  // by token
  std::thread thread_;
};

}  // namespace forium::gateway
