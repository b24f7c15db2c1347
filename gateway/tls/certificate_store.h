// SPDX-License-Identifier: Apache-2.0
// The certificates that the gateway shows, by host: exact name, then wildcard, then the default
// (the first that came). A host may have one certificate an algorithm: clients that know ECDSA get
// that. Replacing one leaves open connections as they are. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "gateway/tls/key_pair.h"
#include "gateway/tls/openssl.h"

namespace forium::gateway {

struct CertificateFacts {
  std::string name;  // of its file, without the ending; else the host that it was put for
  bool from_file = false;
  std::vector<std::string> hosts;  // that it is shown for
  std::string issuer;
  std::string algorithm;
  absl::Time not_before;
  absl::Time not_after;
  bool stapled = false;
};

class CertificateStore {
 public:
  CertificateStore();
  ~CertificateStore();
  CertificateStore(const CertificateStore&) = delete;
  CertificateStore& operator=(const CertificateStore&) = delete;

  // Shows it for `host` (a name or `*.name`), in place of what was put for it before. A file's
  // certificate for the same host wins. The key must fit, and the chain name the host.
  absl::Status Put(std::string host, std::string chain_pem, std::string key_pem);
  void Remove(const std::string& host);

  // Shows it for all hosts that it names, in place of the file's former one.
  absl::Status PutFile(const std::string& name, std::string_view chain_pem,
                       std::string_view key_pem);
  void RemoveFile(const std::string& name);

  // What TLS-ALPN-01 (RFC 8737) shows for the host, and to nobody who asks for something else.
  void PutChallenge(std::string host, std::string chain_pem, std::string key_pem);
  void RemoveChallenge(const std::string& host);

  // Told, at most once a minute for each, of well-formed names that a client asked for and that no
  // certificate names. Runs on an I/O thread: it must not wait.
  void OnMissing(std::function<void(const std::string& host)> missing);

  std::vector<CertificateFacts> List() const;

  // For the handshake: nullptr when there is nothing to show. `host` in lower case, empty when the
  // client named none.
  std::shared_ptr<SSL_CTX> Find(const std::string& host);
  std::shared_ptr<SSL_CTX> FindChallenge(const std::string& host) const;
  // For the stapler.
  std::vector<std::shared_ptr<KeyPair>> KeyPairs() const;
  // When the first of them ends; InfiniteFuture without any.
  absl::Time FirstExpiry() const;

 private:
  struct Entry {
    std::shared_ptr<KeyPair> pair;
    std::vector<std::string> hosts;
    std::shared_ptr<SSL_CTX> context;  // of this pair alone
  };
  // `/NAME` for a file, the host for others: files come first.
  using Name = std::string;
  // What a host shows: its entries, the best first, and the context made of them.
  struct Shown {
    std::vector<Name> names;
    std::shared_ptr<SSL_CTX> context;
  };

  absl::Status Add(const Name& name, std::shared_ptr<KeyPair> pair, std::vector<std::string> hosts);
  void Drop(const Name& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Show(const std::string& host) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TellMissing(const std::string& host);

  mutable absl::Mutex mutex_;
  std::map<Name, Entry> entries_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Shown> shown_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, std::shared_ptr<SSL_CTX>> challenges_ ABSL_GUARDED_BY(mutex_);
  Name default_ ABSL_GUARDED_BY(mutex_);
  std::function<void(const std::string&)> missing_ ABSL_GUARDED_BY(mutex_);

  absl::Mutex told_mutex_;
  absl::flat_hash_map<std::string, absl::Time> told_ ABSL_GUARDED_BY(told_mutex_);
};

}  // namespace forium::gateway
