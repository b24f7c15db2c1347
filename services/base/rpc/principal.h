// SPDX-License-Identifier: Apache-2.0
// Principals: auth signs them (Ed25519, RFC 8032), everybody else verifies them. Verification
// results are cached. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/forium/type/v1/principal.pb.h"

namespace forium::rpc {

class PrincipalSigner {
 public:
  // A new key, as 32 raw bytes, to be kept by auth.
  static std::string NewPrivateKey();
  // `private_key`: 32 raw bytes.
  static absl::StatusOr<PrincipalSigner> Create(std::string_view private_key);
  PrincipalSigner(PrincipalSigner&&) noexcept;
  ~PrincipalSigner();
  // A serialised SignedPrincipal.
  std::string Sign(const type::v1::Principal& principal) const;
  std::string public_key() const;  // 32 raw bytes
  std::string key_id() const;      // first 16 hexadecimal digits of SHA-256 of the public key

 private:
  struct Key;
  explicit PrincipalSigner(std::unique_ptr<Key> key);
  std::unique_ptr<Key> key_;
};

class PrincipalVerifier {
 public:
  PrincipalVerifier();
  ~PrincipalVerifier();
  // Trusts a key from now on.
  absl::Status AddKey(std::string_view public_key);
  // The principal, if a trusted key signed it and it has not expired. Errors: Unauthenticated.
  absl::StatusOr<type::v1::Principal> Verify(std::string_view signed_principal,
                                             absl::Time now) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace forium::rpc
