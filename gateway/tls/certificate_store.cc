// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/certificate_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/tls/client_hello.h"
#include "gateway/tls/context.h"
#include "services/base/observe/log.h"
#include "services/base/status/macros.h"

namespace forium::gateway {
namespace {

// In the order of preference.
constexpr char kFile[] = "file:";
constexpr char kHost[] = "host:";
constexpr absl::Duration kTellAgain = absl::Minutes(1);
constexpr size_t kMostTold = 4096;

// `*.forium.example` for `a.forium.example`; empty without a dot.
std::string WildcardOf(std::string_view host) {
  const size_t dot = host.find('.');
  return dot == std::string_view::npos ? "" : "*" + std::string(host.substr(dot));
}

bool Names(const KeyPair& pair, const std::string& host) {
  const auto& hosts = pair.hosts();
  return std::find(hosts.begin(), hosts.end(), host) != hosts.end() ||
         std::find(hosts.begin(), hosts.end(), WildcardOf(host)) != hosts.end();
}

}  // namespace

CertificateStore::CertificateStore() = default;
CertificateStore::~CertificateStore() = default;

absl::Status CertificateStore::Put(std::string host, std::string chain_pem, std::string key_pem) {
  absl::AsciiStrToLower(&host);
  ASSIGN_OR_RETURN(std::shared_ptr<KeyPair> pair, KeyPair::Parse(chain_pem, key_pem));
  if (!Names(*pair, host))
    return absl::InvalidArgumentError(absl::StrCat("The certificate does not name ", host, "."));
  return Add(kHost + host, std::move(pair), {host});
}

void CertificateStore::Remove(const std::string& host) {
  absl::MutexLock lock(&mutex_);
  Drop(kHost + absl::AsciiStrToLower(host));
}

absl::Status CertificateStore::PutFile(const std::string& name, std::string_view chain_pem,
                                       std::string_view key_pem) {
  ASSIGN_OR_RETURN(std::shared_ptr<KeyPair> pair, KeyPair::Parse(chain_pem, key_pem));
  std::vector<std::string> hosts = pair->hosts();
  return Add(kFile + name, std::move(pair), std::move(hosts));
}

void CertificateStore::RemoveFile(const std::string& name) {
  absl::MutexLock lock(&mutex_);
  Drop(kFile + name);
}

absl::Status CertificateStore::Add(const Name& name, std::shared_ptr<KeyPair> pair,
                                   std::vector<std::string> hosts) {
  std::shared_ptr<SSL_CTX> context = MakeContext({pair});
  if (context == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("The certificate cannot be used: ", TakeOpenSslError()));
  }
  absl::MutexLock lock(&mutex_);
  const bool was_default = default_ == name;
  Drop(name);
  if (default_.empty() || was_default) default_ = name;
  entries_[name] = Entry{std::move(pair), hosts, std::move(context)};
  for (const std::string& host : hosts) {
    std::vector<Name>& names = shown_[host].names;
    const auto place = std::lower_bound(names.begin(), names.end(), name);
    if (place == names.end() || *place != name) names.insert(place, name);
    Show(host);
  }
  return absl::OkStatus();
}

void CertificateStore::Drop(const Name& name) {
  const auto entry = entries_.find(name);
  if (entry == entries_.end()) return;
  const std::vector<std::string> hosts = std::move(entry->second.hosts);
  entries_.erase(entry);
  if (default_ == name) default_ = entries_.empty() ? Name() : entries_.begin()->first;
  for (const std::string& host : hosts) {
    const auto shown = shown_.find(host);
    if (shown == shown_.end()) continue;  // a certificate may name a host twice
    std::erase(shown->second.names, name);
    if (shown->second.names.empty()) {
      shown_.erase(shown);
    } else {
      Show(host);
    }
  }
}

void CertificateStore::Show(const std::string& host) {
  Shown& shown = shown_[host];
  const Entry& best = entries_[shown.names.front()];
  shown.context = best.context;
  for (const Name& name : shown.names) {
    const Entry& other = entries_[name];
    if (other.pair->SameAlgorithm(*best.pair)) continue;
    std::shared_ptr<SSL_CTX> both = MakeContext({best.pair, other.pair});
    if (both != nullptr) shown.context = std::move(both);
    return;
  }
}

void CertificateStore::PutChallenge(std::string host, std::string chain_pem, std::string key_pem) {
  absl::AsciiStrToLower(&host);
  const auto pair = KeyPair::Parse(chain_pem, key_pem);
  std::shared_ptr<SSL_CTX> context = pair.ok() ? MakeContext({*pair}) : nullptr;
  if (context == nullptr) {
    observe::Log(observe::Level::kError, "challenge certificate cannot be used",
                 {{"host", host}, {"cause", std::string(pair.status().message())}});
    return;
  }
  absl::MutexLock lock(&mutex_);
  challenges_[host] = std::move(context);
}

void CertificateStore::RemoveChallenge(const std::string& host) {
  absl::MutexLock lock(&mutex_);
  challenges_.erase(absl::AsciiStrToLower(host));
}

void CertificateStore::OnMissing(std::function<void(const std::string& host)> missing) {
  absl::MutexLock lock(&mutex_);
  missing_ = std::move(missing);
}

std::vector<CertificateFacts> CertificateStore::List() const {
  const std::string file = kFile;
  std::vector<CertificateFacts> list;
  absl::ReaderMutexLock lock(&mutex_);
  for (const auto& [name, entry] : entries_) {
    const KeyPair& pair = *entry.pair;
    list.push_back({.name = name.substr(file.size()),
                    .from_file = name.starts_with(file),
                    .hosts = entry.hosts,
                    .issuer = pair.issuer(),
                    .algorithm = pair.algorithm(),
                    .not_before = pair.not_before(),
                    .not_after = pair.not_after(),
                    .stapled = pair.staple() != nullptr});
  }
  return list;
}

std::shared_ptr<SSL_CTX> CertificateStore::Find(const std::string& host) {
  std::shared_ptr<SSL_CTX> context;
  {
    absl::ReaderMutexLock lock(&mutex_);
    auto shown = shown_.find(host);
    if (shown == shown_.end() && !host.empty()) shown = shown_.find(WildcardOf(host));
    if (shown != shown_.end()) return shown->second.context;
    const auto fallback = entries_.find(default_);
    if (fallback != entries_.end()) context = fallback->second.context;
    if (missing_ == nullptr) return context;
  }
  if (IsHostName(host)) TellMissing(host);
  return context;
}

void CertificateStore::TellMissing(const std::string& host) {
  const absl::Time now = absl::Now();
  {
    absl::MutexLock lock(&told_mutex_);
    if (told_.size() >= kMostTold)
      absl::erase_if(told_, [now](const auto& one) { return one.second + kTellAgain <= now; });
    if (told_.size() >= kMostTold) return;
    const auto [told, first] = told_.try_emplace(host, now);
    if (!first && told->second + kTellAgain > now) return;
    told->second = now;
  }
  std::function<void(const std::string&)> missing;
  {
    absl::ReaderMutexLock lock(&mutex_);
    missing = missing_;
  }
  if (missing != nullptr) missing(host);
}

std::shared_ptr<SSL_CTX> CertificateStore::FindChallenge(const std::string& host) const {
  absl::ReaderMutexLock lock(&mutex_);
  const auto found = challenges_.find(host);
  return found == challenges_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<KeyPair>> CertificateStore::KeyPairs() const {
  std::vector<std::shared_ptr<KeyPair>> pairs;
  absl::ReaderMutexLock lock(&mutex_);
  for (const auto& [name, entry] : entries_) pairs.push_back(entry.pair);
  return pairs;
}

absl::Time CertificateStore::FirstExpiry() const {
  absl::Time first = absl::InfiniteFuture();
  absl::ReaderMutexLock lock(&mutex_);
  for (const auto& [name, entry] : entries_) first = std::min(first, entry.pair->not_after());
  return first;
}

}  // namespace forium::gateway
