// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/principal.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>
#include <cstdint>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "absl/strings/escaping.h"
#include "absl/synchronization/mutex.h"
#include "services/base/status/status.h"

namespace forium::rpc {
namespace {

constexpr size_t kKeyBytes = 32;
constexpr size_t kSignatureBytes = 64;
// A principal has a few hundred bytes; more is not one.
constexpr size_t kMaximumBytes = 8 << 10;

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using KeyPointer = std::unique_ptr<EVP_PKEY, FreeKey>;

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using DigestPointer = std::unique_ptr<EVP_MD_CTX, FreeDigest>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string KeyIdOf(std::string_view public_key) {
  std::string hash(SHA256_DIGEST_LENGTH, '\0');
  SHA256(Bytes(public_key), public_key.size(), Bytes(hash));
  return absl::BytesToHexString(hash).substr(0, 16);
}

absl::Status Refused(std::string_view message) {
  return status::Error(absl::StatusCode::kUnauthenticated, type::v1::SIGN_IN_REQUIRED, message);
}

}  // namespace

// ---- Signing ------------------------------------------------------------------------------------

struct PrincipalSigner::Key {
  KeyPointer key;
  std::string public_key;
  std::string id;
};

PrincipalSigner::PrincipalSigner(std::unique_ptr<Key> key) : key_(std::move(key)) {}
PrincipalSigner::PrincipalSigner(PrincipalSigner&&) noexcept = default;
PrincipalSigner::~PrincipalSigner() = default;

std::string PrincipalSigner::NewPrivateKey() {
  std::string key(kKeyBytes, '\0');
  if (RAND_priv_bytes(Bytes(key), static_cast<int>(key.size())) != 1) abort();
  return key;
}

absl::StatusOr<PrincipalSigner> PrincipalSigner::Create(std::string_view private_key) {
  if (private_key.size() != kKeyBytes) {
    return absl::InvalidArgumentError("a signing key has 32 bytes");
  }
  auto key = std::make_unique<Key>();
  key->key.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, Bytes(private_key),
                                              private_key.size()));
  key->public_key.resize(kKeyBytes);
  size_t size = kKeyBytes;
  if (key->key == nullptr ||
      EVP_PKEY_get_raw_public_key(key->key.get(), Bytes(key->public_key), &size) != 1) {
    return absl::InvalidArgumentError("the signing key is not an Ed25519 key");
  }
  key->id = KeyIdOf(key->public_key);
  return PrincipalSigner(std::move(key));
}

std::string PrincipalSigner::Sign(const type::v1::Principal& principal) const {
  type::v1::SignedPrincipal result;
  const std::string& text = *result.mutable_principal() = principal.SerializeAsString();
  result.set_key_id(key_->id);
  std::string& signature = *result.mutable_signature();
  signature.resize(kSignatureBytes);
  size_t size = signature.size();
  const DigestPointer context(EVP_MD_CTX_new());
  // Signing with a key that was loaded fails only without memory.
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_->key.get()) != 1 ||
      EVP_DigestSign(context.get(), Bytes(signature), &size, Bytes(text), text.size()) != 1) {
    abort();
  }
  return result.SerializeAsString();
}

std::string PrincipalSigner::public_key() const { return key_->public_key; }
std::string PrincipalSigner::key_id() const { return key_->id; }

// ---- Verifying ----------------------------------------------------------------------------------

struct PrincipalVerifier::State {
  // Verified principals by their whole signed bytes, so that a hit needs no cryptography. Two
  // generations: a full young one becomes the old one, and the one before is forgotten.
  struct Shard {
    using Map = absl::flat_hash_map<std::string, type::v1::Principal>;
    void Remember(std::string_view bytes, const type::v1::Principal& principal)
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
      if (young.size() >= kGeneration) {
        old = std::move(young);
        young.clear();
      }
      young.emplace(bytes, principal);
    }

    absl::Mutex mutex;
    Map young ABSL_GUARDED_BY(mutex);
    Map old ABSL_GUARDED_BY(mutex);
  };
  static constexpr size_t kShards = 16;
  static constexpr size_t kGeneration = 1024;  // of a shard: 32,768 principals at most, about 20 MB

  Shard& ShardOf(std::string_view bytes) {
    return shards[absl::HashOf(absl::string_view(bytes.data(), bytes.size())) % kShards];
  }
  absl::StatusOr<type::v1::Principal> Check(std::string_view signed_principal);

  absl::Mutex keys_mutex;
  absl::flat_hash_map<std::string, KeyPointer> keys ABSL_GUARDED_BY(keys_mutex);
  std::array<Shard, kShards> shards;
};

PrincipalVerifier::PrincipalVerifier() : state_(std::make_unique<State>()) {}
PrincipalVerifier::~PrincipalVerifier() = default;

absl::Status PrincipalVerifier::AddKey(std::string_view public_key) {
  if (public_key.size() != kKeyBytes) {
    return absl::InvalidArgumentError("a verification key has 32 bytes");
  }
  KeyPointer key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(public_key), public_key.size()));
  if (key == nullptr) return absl::InvalidArgumentError("not an Ed25519 verification key");
  absl::MutexLock lock(&state_->keys_mutex);
  state_->keys[KeyIdOf(public_key)] = std::move(key);
  return absl::OkStatus();
}

// The principal inside, if its signature holds; the time is not looked at.
absl::StatusOr<type::v1::Principal> PrincipalVerifier::State::Check(
    std::string_view signed_principal) {
  type::v1::SignedPrincipal envelope;
  if (signed_principal.size() > kMaximumBytes ||
      !envelope.ParseFromArray(signed_principal.data(),
                               static_cast<int>(signed_principal.size()))) {
    return Refused("The call's identity is malformed; sign in again.");
  }
  const std::string& text = envelope.principal();
  const std::string& signature = envelope.signature();
  bool valid = false;
  {
    absl::ReaderMutexLock lock(&keys_mutex);
    const auto key = keys.find(envelope.key_id());
    const DigestPointer context(EVP_MD_CTX_new());
    valid =
        key != keys.end() && signature.size() == kSignatureBytes &&
        EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key->second.get()) == 1 &&
        EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(text),
                         text.size()) == 1;
  }
  type::v1::Principal principal;
  if (!valid || !principal.ParseFromString(text)) {
    return Refused("The call's identity is not signed by this community; sign in again.");
  }
  return principal;
}

absl::StatusOr<type::v1::Principal> PrincipalVerifier::Verify(std::string_view signed_principal,
                                                              absl::Time now) const {
  if (signed_principal.empty()) return Refused("The call carries no identity; sign in.");
  const int64_t now_us = absl::ToUnixMicros(now);
  const auto unexpired =
      [now_us](type::v1::Principal principal) -> absl::StatusOr<type::v1::Principal> {
    if (principal.expires_at() > now_us) return principal;
    return Refused("The call's identity has expired; try again.");
  };

  const absl::string_view key(signed_principal.data(), signed_principal.size());
  State::Shard& shard = state_->ShardOf(signed_principal);
  {
    absl::MutexLock lock(&shard.mutex);
    if (const auto found = shard.young.find(key); found != shard.young.end()) {
      return unexpired(found->second);
    }
    if (const auto found = shard.old.find(key); found != shard.old.end()) {
      const type::v1::Principal principal = found->second;
      shard.Remember(signed_principal, principal);
      return unexpired(principal);
    }
  }
  absl::StatusOr<type::v1::Principal> principal = state_->Check(signed_principal);
  if (!principal.ok()) return principal;
  principal = unexpired(*std::move(principal));
  if (!principal.ok()) return principal;
  absl::MutexLock lock(&shard.mutex);
  shard.Remember(signed_principal, *principal);
  return principal;
}

}  // namespace forium::rpc
