// SPDX-License-Identifier: Apache-2.0
// The folder where ACME's things outlive the process: `account.key`, `HOST.pem` (key and chain) and
// `HOST.json` (how its last attempts went), readable by the owner alone and replaced as a whole.
// For one process, one thread at a time.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/acme/certificate_request.h"
#include "gateway/acme/messages.h"
#include "gateway/acme/signing_key.h"

namespace forium::gateway {

struct KeptCertificate {
  CertificateChain chain;
  std::string key_pem;
};

struct KeptAttempts {
  int failures = 0;  // in a row
  absl::Time next = absl::InfinitePast();
  std::string last_error = {};
  ChallengeKind kind = ChallengeKind::kHttp01;  // for the next attempt
  std::string directory = {};                   // of the authority that gave the certificate
};

struct KeptHost {
  std::optional<KeptCertificate> certificate;
  std::optional<KeptAttempts> attempts;
};

class CertificateFiles {
 public:
  // Makes the folder. Errors: FailedPrecondition with a sentence.
  static absl::StatusOr<CertificateFiles> Open(std::string folder);

  // The account's key, made when there is none. Errors also: the file is damaged.
  absl::StatusOr<SigningKey> AccountKey() const;
  // All hosts of which something is kept; what is damaged is left out and logged.
  std::map<std::string, KeptHost> Hosts() const;
  absl::Status Save(const std::string& host, const KeptCertificate& certificate) const;
  absl::Status Save(const std::string& host, const KeptAttempts& attempts) const;
  void Forget(const std::string& host) const;

 private:
  explicit CertificateFiles(std::string folder) : folder_(std::move(folder)) {}
  absl::Status Write(const std::string& name, std::string_view bytes) const;

  std::string folder_;
};

}  // namespace forium::gateway
