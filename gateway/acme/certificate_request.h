// SPDX-License-Identifier: Apache-2.0
// The X.509 of ACME: the request for a certificate, the certificate that answers a TLS-ALPN-01
// challenge (RFC 8737), and the check of what the authority gave. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/acme/signing_key.h"

namespace forium::gateway {

// PKCS #10 in DER for one host, signed by the certificate's own key.
absl::StatusOr<std::string> CertificateRequest(const std::string& host, const SigningKey& key);

// PEM: signed by `key` itself, for the host alone, with the critical acmeIdentifier extension that
// holds the digest of the key authorisation.
absl::StatusOr<std::string> ChallengeCertificate(const std::string& host,
                                                 std::string_view key_authorization,
                                                 const SigningKey& key);

struct CertificateChain {
  std::string pem;  // the certificates and nothing else, that of the host first
  absl::Time not_before;
  absl::Time not_after;
};

// Errors: InvalidArgument; it is no chain, or not one for this host and key.
absl::StatusOr<CertificateChain> CheckChain(std::string_view pem, const std::string& host,
                                            const SigningKey& key);

}  // namespace forium::gateway
