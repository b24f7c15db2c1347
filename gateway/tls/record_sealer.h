// SPDX-License-Identifier: Apache-2.0
// Seals the records of one connection of TLS 1.3 (RFC 8446, 5.2) under its AES-GCM key: straight
// from the parts of an answer to where they are sent from. OpenSSL, which agrees on the keys, would
// copy each record twice, and look up more than it computes. Used on the connection's thread.
#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "gateway/tls/openssl.h"

namespace forium::gateway {

// Bytes on their way to a socket. Its memory stays when it is emptied.
class Records {
 public:
  // Room for `length` more, of which Added() tells how many came.
  char* Room(size_t length);
  void Added(size_t length) { size_ += length; }
  void Append(std::string_view bytes);
  void Clear() { size_ = 0; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

class RecordSealer {
 public:
  // The next key, with which records are counted anew. False: it knows suites with AES-GCM only.
  bool SetSecret(const SSL_CIPHER* suite, std::string_view traffic_secret);
  bool ready() const { return cipher_ != nullptr; }

  // A record of `length` bytes, SSL3_RT_MAX_PLAIN_LENGTH at most, which Add() brings piece by
  // piece. End() says whether all went well.
  void Begin(size_t length, Records& out);
  void Add(std::string_view piece);
  bool End(uint8_t content_type);

 private:
  static constexpr size_t kNonceBytes = 12;
  using CipherPtr = std::unique_ptr<EVP_CIPHER_CTX, OpenSslFree<EVP_CIPHER_CTX_free>>;

  CipherPtr cipher_;
  std::array<unsigned char, kNonceBytes> nonce_ = {};
  uint64_t number_ = 0;  // of the next record

  Records* out_ = nullptr;  // of the record that was begun
  unsigned char* at_ = nullptr;
  size_t whole_ = 0;
  bool sound_ = false;
};

}  // namespace forium::gateway
