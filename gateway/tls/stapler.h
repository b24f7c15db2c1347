// SPDX-License-Identifier: Apache-2.0
// Keeps an OCSP answer stapled to each certificate that names a responder: fetched at once, again
// at half of its life, and after a failure at growing distances. Used by one thread, which it
// blocks; handshakes never wait for it.
#pragma once

#include <map>
#include <memory>

#include "absl/time/time.h"
#include "gateway/tls/certificate_store.h"

namespace forium::gateway {

class Stapler {
 public:
  // `timeout` of each question, in whole seconds.
  explicit Stapler(CertificateStore& certificates, absl::Duration timeout = absl::Seconds(5))
      : certificates_(certificates), timeout_(timeout) {}

  // Asks for what is due.
  void Refresh(absl::Time now);

 private:
  struct Plan {
    std::weak_ptr<KeyPair> pair;
    absl::Time due;
    int failures = 0;
  };
  // When to ask next.
  absl::Time Ask(KeyPair& pair, int& failures, absl::Time now);

  CertificateStore& certificates_;
  const absl::Duration timeout_;
  std::map<const KeyPair*, Plan> plans_;
};

}  // namespace forium::gateway
