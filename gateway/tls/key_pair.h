// SPDX-License-Identifier: Apache-2.0
// A certificate with its chain and private key, and the OCSP answer that is stapled to it.
// Constant but for the staple; thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "gateway/tls/openssl.h"

namespace forium::gateway {

// The subject alternative names, lower case: `forium.example`, `*.forium.example`, `192.0.2.1`.
std::vector<std::string> HostsOf(const X509* certificate);

class KeyPair {
 public:
  // PEM: the certificate of the key, then what signed it; and the key, unencrypted.
  static absl::StatusOr<std::shared_ptr<KeyPair>> Parse(std::string_view chain_pem,
                                                        std::string_view key_pem);

  X509* certificate() const { return certificate_.get(); }
  STACK_OF(X509) * chain() const { return chain_.get(); }  // without the certificate itself
  EVP_PKEY* key() const { return key_.get(); }
  // Lower case, of the subject alternative names: `forium.example`, `*.forium.example`,
  // `192.0.2.1`.
  const std::vector<std::string>& hosts() const { return hosts_; }
  const std::string& issuer() const { return issuer_; }
  const std::string& algorithm() const { return algorithm_; }  // `ECDSA P-256`, `RSA 2048`
  // Whether both could serve one host, each for clients that know its algorithm.
  bool SameAlgorithm(const KeyPair& other) const;
  absl::Time not_before() const { return not_before_; }
  absl::Time not_after() const { return not_after_; }
  const std::string& responder() const { return responder_; }  // of OCSP; empty: none is named

  struct Staple {
    std::string response;  // DER
    absl::Time until;
  };
  void SetStaple(std::shared_ptr<const Staple> staple);
  std::shared_ptr<const Staple> staple() const;  // nullptr: none

 private:
  KeyPair() = default;

  X509Ptr certificate_;
  X509StackPtr chain_;
  KeyPtr key_;
  std::vector<std::string> hosts_;
  std::string issuer_;
  std::string algorithm_;
  std::string responder_;
  absl::Time not_before_;
  absl::Time not_after_;

  mutable absl::Mutex mutex_;
  std::shared_ptr<const Staple> staple_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace forium::gateway
