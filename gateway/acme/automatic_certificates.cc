// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/automatic_certificates.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "gateway/acme/host_names.h"
#include "services/base/observe/log.h"
#include "services/base/observe/metrics.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

// A certificate is never asked for again sooner, whatever its dates and our clock say.
constexpr absl::Duration kShortestLife = absl::Hours(1);
// The longest sleep: the clock may have been set meanwhile.
constexpr absl::Duration kLongestSleep = absl::Minutes(1);
// A host that a client asked for and that never worked is given up then, for a day.
constexpr int kFailuresToGiveUp = 8;
constexpr absl::Duration kGivenUpFor = absl::Hours(24);

prometheus::Counter& Orders(const char* result) {
  return observe::Counter("forium_gateway_acme_orders_total",
                          "Orders of certificates by how they ended", {{"result", result}});
}

prometheus::Gauge& ValidCertificates() {
  static prometheus::Gauge& gauge = observe::Gauge("forium_gateway_acme_certificates",
                                                   "Certificates got by ACME that are valid now");
  return gauge;
}

prometheus::Gauge& SecondsToRenewal() {
  static prometheus::Gauge& gauge = observe::Gauge("forium_gateway_acme_renewal_seconds",
                                                   "Until the next order of a certificate");
  return gauge;
}

// The hosts of the settings, each once.
absl::StatusOr<std::vector<std::string>> HostsOf(const AcmeConfig& config,
                                                 const std::string& public_url) {
  std::set<std::string> hosts;
  for (const std::string& name : config.acme_hosts) {
    const std::optional<std::string> host = CertifiableHost(name);
    if (!host.has_value()) {
      return status::InvalidField("acme_hosts",
                                  absl::StrCat("acme_hosts: \"", name,
                                               "\" is no public host name; write names such as "
                                               "forum.example, without wildcards and addresses."));
    }
    hosts.insert(*host);
  }
  if (hosts.empty()) {
    const std::optional<std::string> host = CertifiableHostOfUrl(public_url);
    if (!host.has_value()) {
      return status::InvalidField(
          "acme_hosts", "acme needs acme_hosts, or a public_url with a public host name.");
    }
    hosts.insert(*host);
  }
  return std::vector<std::string>(hosts.begin(), hosts.end());
}

ChallengeKind Other(ChallengeKind kind) {
  return kind == ChallengeKind::kHttp01 ? ChallengeKind::kTlsAlpn01 : ChallengeKind::kHttp01;
}

double Chance() {
  absl::InsecureBitGen generator;
  return absl::Uniform(generator, 0.0, 1.0);
}

}  // namespace

std::string_view NameOf(AutomaticCertificateFacts::State state) {
  switch (state) {
    case AutomaticCertificateFacts::State::kWaiting:
      return "waiting";
    case AutomaticCertificateFacts::State::kOrdering:
      return "ordering";
    case AutomaticCertificateFacts::State::kValid:
      return "valid";
    case AutomaticCertificateFacts::State::kFailing:
      return "failing";
  }
  return "";
}

absl::StatusOr<std::unique_ptr<AutomaticCertificates>> AutomaticCertificates::Start(
    Options options, CertificateStore& store) {
  ASSIGN_OR_RETURN(const std::vector<std::string> hosts,
                   HostsOf(options.config, options.public_url));
  RETURN_IF_ERROR(ParseHttpsAddress(options.config.acme_directory).status());
  ASSIGN_OR_RETURN(CertificateFiles files, CertificateFiles::Open(options.config.acme_data));
  ASSIGN_OR_RETURN(SigningKey account, files.AccountKey());
  ASSIGN_OR_RETURN(std::unique_ptr<HttpsClient> http,
                   HttpsClient::Create(
                       {.authorities = options.config.acme_ca, .timeout = options.call_timeout}));
  std::unique_ptr<AutomaticCertificates> certificates(new AutomaticCertificates(
      std::move(options), store, std::move(files), std::move(http), std::move(account)));
  certificates->Load(hosts);
  certificates->thread_ = std::thread([self = certificates.get()] { self->Run(); });
  if (certificates->options_.allow != nullptr) {
    certificates->Listen();
  }
  return certificates;
}

AutomaticCertificates::AutomaticCertificates(Options options, CertificateStore& store,
                                             CertificateFiles files,
                                             std::unique_ptr<HttpsClient> http, SigningKey account)
    : options_(std::move(options)),
      store_(store),
      files_(std::move(files)),
      http_(std::move(http)),
      client_(*http_, std::move(account),
              {.directory = options_.config.acme_directory,
               .email = options_.config.acme_email,
               .pause = [this](absl::Duration time) { return Pause(time); },
               .show = [this](const Proof& proof) { return Show(proof); },
               .hide = [this](const Proof& proof) { Hide(proof); },
               .first_poll = options_.first_poll}),
      on_demand_(options_.config.acme_new_hosts_per_hour) {}

AutomaticCertificates::~AutomaticCertificates() { Stop(); }

void AutomaticCertificates::Listen() {
  {
    const absl::MutexLock lock(&listener_->mutex);
    listener_->certificates = this;
  }
  store_.OnMissing([listener = listener_](const std::string& host) {
    const absl::MutexLock lock(&listener->mutex);
    if (listener->certificates != nullptr) listener->certificates->Ask(host);
  });
}

void AutomaticCertificates::Stop() {
  if (options_.allow != nullptr) store_.OnMissing(nullptr);
  {
    const absl::MutexLock lock(&listener_->mutex);
    listener_->certificates = nullptr;
  }
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  http_->Stop();
  if (thread_.joinable()) thread_.join();
}

void AutomaticCertificates::Load(const std::vector<std::string>& hosts) {
  const ChallengeKind first =
      options_.tls_alpn_first ? ChallengeKind::kTlsAlpn01 : ChallengeKind::kHttp01;
  std::map<std::string, KeptHost> kept = files_.Hosts();
  std::map<std::string, Managed> managed;
  for (const std::string& host : hosts) kept.try_emplace(host);
  for (const auto& [host, files] : kept) {
    Managed one;
    one.on_demand = !std::binary_search(hosts.begin(), hosts.end(), host);
    // Taken out of acme_hosts: its files stay, in case it comes back.
    if (one.on_demand && options_.allow == nullptr) continue;
    one.attempts = files.attempts.value_or(KeptAttempts{.kind = first});
    one.due = one.attempts.next;
    if (files.certificate.has_value()) {
      const KeptCertificate& certificate = *files.certificate;
      const absl::Status put = store_.Put(host, certificate.chain.pem, certificate.key_pem);
      if (!put.ok()) {
        observe::Log(observe::Level::kWarning, "kept certificate does not serve",
                     {{"host", host}, {"cause", std::string(put.message())}});
      } else {
        one.not_after = certificate.chain.not_after;
        // That of another authority is shown until this one gives its own.
        const bool ours = one.attempts.directory == options_.config.acme_directory;
        if (ours && one.attempts.failures == 0) {
          one.due = std::max(one.due, RenewalTime(host, certificate.chain.not_before,
                                                  certificate.chain.not_after));
        } else if (!ours) {
          one.due = absl::InfinitePast();
        }
      }
    } else if (one.attempts.failures == 0) {
      one.due = absl::InfinitePast();
    }
    managed[host] = std::move(one);
  }
  const absl::MutexLock lock(&mutex_);
  managed_ = std::move(managed);
}

void AutomaticCertificates::Run() {
  while (true) {
    std::optional<std::string> asked;
    {
      const absl::MutexLock lock(&mutex_);
      if (stopping_) return;
      asked = on_demand_.Next();
    }
    if (asked.has_value()) Consider(*asked);
    const absl::Time now = options_.now();
    const std::optional<std::string> due = Due(now);
    if (due.has_value()) Renew(*due);
    Measure();
    if (asked.has_value() || due.has_value()) continue;

    const absl::MutexLock lock(&mutex_);
    absl::Duration sleep = kLongestSleep;
    for (const auto& [host, one] : managed_) sleep = std::min(sleep, one.due - now);
    const auto wanted = [this]()
                            ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || woken_; };
    mutex_.AwaitWithTimeout(absl::Condition(&wanted), sleep);
    woken_ = false;
  }
}

std::optional<std::string> AutomaticCertificates::Due(absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  const auto first =
      std::min_element(managed_.begin(), managed_.end(),
                       [](const auto& a, const auto& b) { return a.second.due < b.second.due; });
  if (first == managed_.end() || first->second.due > now) return std::nullopt;
  first->second.ordering = true;
  return first->first;
}

void AutomaticCertificates::Ask(const std::string& name) {
  const std::optional<std::string> host = CertifiableHost(name);
  if (!host.has_value() || options_.allow == nullptr) return;
  const absl::Time now = options_.now();
  const absl::MutexLock lock(&mutex_);
  if (stopping_ || managed_.contains(*host)) return;
  if (on_demand_.Offer(*host, now)) woken_ = true;
}

void AutomaticCertificates::Consider(const std::string& host) {
  const bool allowed = options_.allow(host);
  const absl::Time now = options_.now();
  const absl::MutexLock lock(&mutex_);
  woken_ = true;  // others may wait
  if (!allowed) {
    on_demand_.Refuse(host, now);
  } else if (on_demand_.Admit(host, now)) {
    Managed& one = managed_[host];
    one.on_demand = true;
    one.attempts.kind =
        options_.tls_alpn_first ? ChallengeKind::kTlsAlpn01 : ChallengeKind::kHttp01;
  } else {
    observe::Log(observe::Level::kWarning, "too many new hosts want a certificate",
                 {{"host", host}});
  }
}

void AutomaticCertificates::Renew(const std::string& host) {
  bool on_demand = false;
  bool expired = false;
  ChallengeKind kind;
  {
    const absl::MutexLock lock(&mutex_);
    const Managed& one = managed_[host];
    on_demand = one.on_demand;
    expired = one.not_after <= options_.now();
    kind = one.attempts.kind;
  }
  if (on_demand && !options_.allow(host)) {
    if (expired) return Drop(host, OnDemandHosts::kRefusedFor);
    return Fail(host, status::PermissionDenied("The host may not have a certificate any more."));
  }
  const absl::StatusOr<IssuedCertificate> issued = client_.Issue(host, kind);
  if (issued.ok()) {
    Succeed(host, *issued);
  } else if (!absl::IsCancelled(issued.status())) {
    Fail(host, issued.status());
  }
}

void AutomaticCertificates::Succeed(const std::string& host, const IssuedCertificate& issued) {
  const absl::Status put = store_.Put(host, issued.chain.pem, issued.key_pem);
  if (!put.ok()) return Fail(host, put);
  Orders("issued").Increment();
  observe::Log(observe::Level::kInfo, "certificate issued",
               {{"host", host}, {"until", absl::FormatTime(issued.chain.not_after)}});
  const absl::Time now = options_.now();
  const KeptAttempts attempts{.failures = 0,
                              .next = now + kShortestLife,
                              .last_error = {},
                              .kind = issued.proven_by,
                              .directory = options_.config.acme_directory};
  absl::Status kept = files_.Save(host, {.chain = issued.chain, .key_pem = issued.key_pem});
  if (kept.ok()) kept = files_.Save(host, attempts);
  if (!kept.ok()) {
    observe::Log(observe::Level::kError, "certificate cannot be kept",
                 {{"host", host}, {"cause", std::string(kept.message())}});
  }
  const absl::MutexLock lock(&mutex_);
  Managed& one = managed_[host];
  one.ordering = false;
  one.not_after = issued.chain.not_after;
  one.attempts = attempts;
  if (!kept.ok()) one.attempts.last_error = std::string(kept.message());
  one.due =
      std::max(attempts.next, RenewalTime(host, issued.chain.not_before, issued.chain.not_after));
}

void AutomaticCertificates::Fail(const std::string& host, const absl::Status& error) {
  const bool limited = absl::IsResourceExhausted(error);
  Orders(limited ? "limited" : "failed").Increment();
  const absl::Time now = options_.now();
  KeptAttempts attempts;
  bool give_up = false;
  {
    const absl::MutexLock lock(&mutex_);
    Managed& one = managed_[host];
    one.ordering = false;
    ++one.attempts.failures;
    one.attempts.last_error = std::string(error.message());
    const absl::Duration pause = PauseAfter(one.attempts.failures, options_.pauses, Chance());
    one.attempts.next = now + std::max(pause, WaitOf(error));
    // Only what the check of the host said speaks against the kind of check.
    if (absl::IsFailedPrecondition(error)) one.attempts.kind = Other(one.attempts.kind);
    one.due = one.attempts.next;
    attempts = one.attempts;
    give_up = one.on_demand && one.not_after <= now && attempts.failures >= kFailuresToGiveUp;
  }
  observe::Log(observe::Level::kWarning, "certificate not issued",
               {{"host", host},
                {"cause", attempts.last_error},
                {"failures", attempts.failures},
                {"next", absl::FormatTime(attempts.next)}});
  if (give_up) return Drop(host, kGivenUpFor);
  const absl::Status kept = files_.Save(host, attempts);
  if (!kept.ok()) {
    observe::Log(observe::Level::kError, "certificate cannot be kept",
                 {{"host", host}, {"cause", std::string(kept.message())}});
  }
}

void AutomaticCertificates::Drop(const std::string& host, absl::Duration refused_for) {
  files_.Forget(host);
  store_.Remove(host);
  const absl::MutexLock lock(&mutex_);
  managed_.erase(host);
  on_demand_.Refuse(host, options_.now(), refused_for);
}

absl::Status AutomaticCertificates::Show(const Proof& proof) {
  if (proof.kind == ChallengeKind::kHttp01) {
    const absl::MutexLock lock(&mutex_);
    answers_[proof.token] = proof.key_authorization;
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const SigningKey key, SigningKey::Generate());
  ASSIGN_OR_RETURN(std::string certificate,
                   ChallengeCertificate(proof.host, proof.key_authorization, key));
  store_.PutChallenge(proof.host, std::move(certificate), key.Pem());
  return absl::OkStatus();
}

void AutomaticCertificates::Hide(const Proof& proof) {
  if (proof.kind == ChallengeKind::kTlsAlpn01) return store_.RemoveChallenge(proof.host);
  const absl::MutexLock lock(&mutex_);
  answers_.erase(proof.token);
}

std::optional<std::string> AutomaticCertificates::Http01Answer(std::string_view token) const {
  const absl::MutexLock lock(&mutex_);
  const auto answer = answers_.find(token);
  if (answer == answers_.end()) return std::nullopt;
  return answer->second;
}

bool AutomaticCertificates::Pause(absl::Duration time) {
  const absl::MutexLock lock(&mutex_);
  return !mutex_.AwaitWithTimeout(absl::Condition(&stopping_), time);
}

void AutomaticCertificates::Wake() {
  const absl::MutexLock lock(&mutex_);
  woken_ = true;
}

std::vector<AutomaticCertificateFacts> AutomaticCertificates::Facts() const {
  using State = AutomaticCertificateFacts::State;
  const absl::Time now = options_.now();
  std::vector<AutomaticCertificateFacts> facts;
  const absl::MutexLock lock(&mutex_);
  for (const auto& [host, one] : managed_) {
    State state = one.not_after > now ? State::kValid : State::kWaiting;
    if (one.attempts.failures > 0) state = State::kFailing;
    if (one.ordering) state = State::kOrdering;
    facts.push_back({.host = host,
                     .state = state,
                     .on_demand = one.on_demand,
                     .not_after = one.not_after,
                     .next_attempt = one.due,
                     .failures = one.attempts.failures,
                     .last_error = one.attempts.last_error});
  }
  return facts;
}

void AutomaticCertificates::Measure() {
  const absl::Time now = options_.now();
  int valid = 0;
  absl::Time due = absl::InfiniteFuture();
  {
    const absl::MutexLock lock(&mutex_);
    for (const auto& [host, one] : managed_) {
      valid += one.not_after > now ? 1 : 0;
      due = std::min(due, one.due);
    }
  }
  ValidCertificates().Set(valid);
  if (due != absl::InfiniteFuture()) {
    SecondsToRenewal().Set(std::max(0.0, absl::ToDoubleSeconds(due - now)));
  }
}

}  // namespace forium::gateway
