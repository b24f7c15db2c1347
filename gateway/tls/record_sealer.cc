// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/record_sealer.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace forium::gateway {
namespace {

constexpr size_t kHeaderBytes = SSL3_RT_HEADER_LENGTH;
constexpr size_t kTagBytes = EVP_GCM_TLS_TAG_LEN;
constexpr size_t kMostKeyBytes = 32;

struct Suite {
  uint32_t id;
  const char* cipher;
  const char* digest;
  size_t key_bytes;
};
constexpr Suite kSuites[] = {
    {TLS1_3_CK_AES_128_GCM_SHA256, "AES-128-GCM", "SHA256", 16},
    {TLS1_3_CK_AES_256_GCM_SHA384, "AES-256-GCM", "SHA384", 32},
};

const EVP_CIPHER* CipherOf(const Suite& suite) {
  static const EVP_CIPHER* const kCiphers[] = {
      EVP_CIPHER_fetch(nullptr, kSuites[0].cipher, nullptr),
      EVP_CIPHER_fetch(nullptr, kSuites[1].cipher, nullptr)};
  return kCiphers[&suite - kSuites];
}

OSSL_PARAM Text(const char* name, const char* value) {
  return OSSL_PARAM_construct_utf8_string(name, const_cast<char*>(value), 0);
}

OSSL_PARAM Bytes(const char* name, std::string_view value) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(value.data()), value.size());
}

// HKDF-Expand-Label without context (RFC 8446, 7.1).
bool Expand(const Suite& suite, std::string_view secret, std::string_view label,
            unsigned char* into, size_t length) {
  static EVP_KDF* const kKdf = EVP_KDF_fetch(nullptr, "TLS13-KDF", nullptr);
  const std::unique_ptr<EVP_KDF_CTX, OpenSslFree<EVP_KDF_CTX_free>> kdf(EVP_KDF_CTX_new(kKdf));
  if (kdf == nullptr) return false;
  const OSSL_PARAM parameters[] = {
      Text(OSSL_KDF_PARAM_MODE, "EXPAND_ONLY"), Text(OSSL_KDF_PARAM_DIGEST, suite.digest),
      Bytes(OSSL_KDF_PARAM_KEY, secret),        Bytes(OSSL_KDF_PARAM_PREFIX, "tls13 "),
      Bytes(OSSL_KDF_PARAM_LABEL, label),       OSSL_PARAM_construct_end()};
  return EVP_KDF_derive(kdf.get(), into, length, parameters) == 1;
}

}  // namespace

char* Records::Room(size_t length) {
  if (capacity_ - size_ < length) {
    capacity_ = std::max(2 * capacity_, size_ + length);
    std::unique_ptr<char[]> more(new char[capacity_]);
    if (size_ > 0) std::memcpy(more.get(), bytes_.get(), size_);
    bytes_ = std::move(more);
  }
  return bytes_.get() + size_;
}

void Records::Append(std::string_view bytes) {
  if (bytes.empty()) return;
  std::memcpy(Room(bytes.size()), bytes.data(), bytes.size());
  Added(bytes.size());
}

bool RecordSealer::SetSecret(const SSL_CIPHER* suite, std::string_view traffic_secret) {
  const uint32_t id = suite == nullptr ? 0 : SSL_CIPHER_get_id(suite);
  const auto* known = std::find_if(std::begin(kSuites), std::end(kSuites),
                                   [id](const Suite& it) { return it.id == id; });
  if (known == std::end(kSuites)) return false;
  std::array<unsigned char, kMostKeyBytes> key;
  CipherPtr cipher(EVP_CIPHER_CTX_new());
  const bool made =
      cipher != nullptr && Expand(*known, traffic_secret, "key", key.data(), known->key_bytes) &&
      Expand(*known, traffic_secret, "iv", nonce_.data(), nonce_.size()) &&
      EVP_EncryptInit_ex(cipher.get(), CipherOf(*known), nullptr, key.data(), nonce_.data()) == 1;
  OPENSSL_cleanse(key.data(), key.size());
  if (!made) return false;
  cipher_ = std::move(cipher);
  number_ = 0;
  return true;
}

void RecordSealer::Begin(size_t length, Records& out) {
  const size_t sealed = length + 1 + kTagBytes;
  out_ = &out;
  whole_ = kHeaderBytes + sealed;
  at_ = reinterpret_cast<unsigned char*>(out.Room(whole_));
  at_[0] = SSL3_RT_APPLICATION_DATA;  // whatever it holds
  at_[1] = TLS1_2_VERSION >> 8;
  at_[2] = TLS1_2_VERSION & 0xff;
  at_[3] = static_cast<unsigned char>(sealed >> 8);
  at_[4] = static_cast<unsigned char>(sealed);
  std::array<unsigned char, kNonceBytes> nonce = nonce_;
  for (size_t i = 0; i < sizeof(number_); ++i) {
    nonce[nonce.size() - 1 - i] ^= static_cast<unsigned char>(number_ >> (8 * i));
  }
  int added = 0;
  sound_ = ++number_ != 0 &&
           EVP_EncryptInit_ex(cipher_.get(), nullptr, nullptr, nullptr, nonce.data()) == 1 &&
           EVP_EncryptUpdate(cipher_.get(), nullptr, &added, at_, kHeaderBytes) == 1;
  at_ += kHeaderBytes;
}

void RecordSealer::Add(std::string_view piece) {
  int added = 0;
  sound_ = sound_ && EVP_EncryptUpdate(cipher_.get(), at_, &added,
                                       reinterpret_cast<const unsigned char*>(piece.data()),
                                       static_cast<int>(piece.size())) == 1;
  at_ += piece.size();
}

bool RecordSealer::End(uint8_t content_type) {
  Add({reinterpret_cast<const char*>(&content_type), 1});
  int added = 0;
  sound_ = sound_ && EVP_EncryptFinal_ex(cipher_.get(), at_, &added) == 1 &&
           EVP_CIPHER_CTX_ctrl(cipher_.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, at_) == 1;
  if (sound_) out_->Added(whole_);
  return sound_;
}

}  // namespace forium::gateway
