// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/signing_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/sha.h>

#include <utility>

#include "gateway/tls/openssl.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

constexpr int kPointBytes = 32;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

absl::StatusOr<std::string> Coordinate(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  std::string bytes(kPointBytes, '\0');
  const bool got = EVP_PKEY_get_bn_param(key, name, &number) == 1 &&
                   BN_bn2binpad(number, Bytes(bytes), kPointBytes) == kPointBytes;
  BN_free(number);
  if (!got) return absl::InvalidArgumentError("The key has no point on P-256.");
  return bytes;
}

}  // namespace

SigningKey::SigningKey(std::shared_ptr<EVP_PKEY> key, std::string x, std::string y)
    : key_(std::move(key)), x_(std::move(x)), y_(std::move(y)) {}

absl::StatusOr<SigningKey> SigningKey::Wrap(EVP_PKEY* raw) {
  std::shared_ptr<EVP_PKEY> key(raw, EVP_PKEY_free);
  char curve[32] = "";
  size_t length = 0;
  if (EVP_PKEY_get_base_id(raw) != EVP_PKEY_EC ||
      EVP_PKEY_get_group_name(raw, curve, sizeof(curve), &length) != 1 ||
      std::string_view(curve) != "prime256v1") {
    return absl::InvalidArgumentError("The key is not one on the curve P-256.");
  }
  ASSIGN_OR_RETURN(std::string x, Coordinate(raw, OSSL_PKEY_PARAM_EC_PUB_X));
  ASSIGN_OR_RETURN(std::string y, Coordinate(raw, OSSL_PKEY_PARAM_EC_PUB_Y));
  return SigningKey(std::move(key), std::move(x), std::move(y));
}

absl::StatusOr<SigningKey> SigningKey::Generate() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  if (key == nullptr) return status::Internal("OpenSSL makes no key");
  return Wrap(key);
}

absl::StatusOr<SigningKey> SigningKey::FromPem(std::string_view pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // Without a callback OpenSSL would ask the terminal for the passphrase of an encrypted key.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr);
  ERR_clear_error();
  if (key == nullptr) return absl::InvalidArgumentError("There is no private key in it.");
  return Wrap(key);
}

std::string SigningKey::Pem() const {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
      1) {
    return {};
  }
  return Written(bio.get());
}

std::string SigningKey::Sign(std::string_view bytes) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  size_t length = 0;
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &length, Bytes(bytes), bytes.size()) != 1) {
    return {};
  }
  std::string der(length, '\0');
  if (EVP_DigestSign(context.get(), Bytes(der), &length, Bytes(bytes), bytes.size()) != 1) {
    return {};
  }
  const unsigned char* begin = Bytes(std::string_view(der));
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(
      d2i_ECDSA_SIG(nullptr, &begin, static_cast<long>(length)), ECDSA_SIG_free);
  std::string joined(2 * kPointBytes, '\0');
  if (signature == nullptr ||
      BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), Bytes(joined), kPointBytes) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), Bytes(joined) + kPointBytes, kPointBytes) <
          0) {
    return {};
  }
  return joined;
}

std::string Sha256(std::string_view bytes) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(Bytes(bytes), bytes.size(), Bytes(digest));
  return digest;
}

}  // namespace forium::gateway
