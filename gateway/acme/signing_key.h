// SPDX-License-Identifier: Apache-2.0
// A key pair on the curve P-256: of the account, or of a certificate. Immutable, thread-safe;
// copies share the key.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace forium::gateway {

class SigningKey {
 public:
  static absl::StatusOr<SigningKey> Generate();
  // An unencrypted private key. Errors: InvalidArgument; other curves and kinds too.
  static absl::StatusOr<SigningKey> FromPem(std::string_view pem);
  // PKCS #8.
  std::string Pem() const;

  // The public point, 32 bytes each.
  const std::string& x() const { return x_; }
  const std::string& y() const { return y_; }
  // ECDSA with SHA-256 as JWS wants it (RFC 7518, 3.4): r and s, 32 bytes each. Empty: OpenSSL
  // failed.
  std::string Sign(std::string_view bytes) const;

  EVP_PKEY* get() const { return key_.get(); }

 private:
  static absl::StatusOr<SigningKey> Wrap(EVP_PKEY* key);
  SigningKey(std::shared_ptr<EVP_PKEY> key, std::string x, std::string y);

  std::shared_ptr<EVP_PKEY> key_;
  std::string x_;
  std::string y_;
};

// SHA-256, 32 bytes.
std::string Sha256(std::string_view bytes);

}  // namespace forium::gateway
