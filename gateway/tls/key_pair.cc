// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/key_pair.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace forium::gateway {
namespace {

using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, OpenSslFree<GENERAL_NAMES_free>>;

absl::Time TimeOf(const ASN1_TIME* time) {
  tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return absl::InfinitePast();
  return absl::FromTM(parts, absl::UTCTimeZone());
}

std::string_view View(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<size_t>(ASN1_STRING_length(text))};
}

std::string IssuerOf(const X509* certificate) {
  X509_NAME* name = X509_get_issuer_name(certificate);
  for (const int part : {NID_commonName, NID_organizationName}) {
    const int at = X509_NAME_get_index_by_NID(name, part, -1);
    if (at >= 0) return std::string(View(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at))));
  }
  return "";
}

std::string AlgorithmOf(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "EC")) return absl::StrCat("ECDSA P-", EVP_PKEY_get_bits(key));
  if (EVP_PKEY_is_a(key, "RSA")) return absl::StrCat("RSA ", EVP_PKEY_get_bits(key));
  const char* name = EVP_PKEY_get0_type_name(key);
  return name == nullptr ? "" : name;
}

std::string ResponderOf(X509* certificate) {
  STACK_OF(OPENSSL_STRING)* addresses = X509_get1_ocsp(certificate);
  std::string first;
  if (addresses != nullptr && sk_OPENSSL_STRING_num(addresses) > 0)
    first = sk_OPENSSL_STRING_value(addresses, 0);
  X509_email_free(addresses);
  return first;
}

}  // namespace

std::vector<std::string> HostsOf(const X509* certificate) {
  std::vector<std::string> hosts;
  const GeneralNamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
    const std::string_view bytes = View(static_cast<const ASN1_STRING*>(value));
    if (type == GEN_DNS) {
      hosts.push_back(absl::AsciiStrToLower(std::string(bytes)));
    } else if (type == GEN_IPADD && (bytes.size() == 4 || bytes.size() == 16)) {
      char text[INET6_ADDRSTRLEN];
      inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text, sizeof(text));
      hosts.emplace_back(text);
    }
  }
  return hosts;
}

absl::StatusOr<std::shared_ptr<KeyPair>> KeyPair::Parse(std::string_view chain_pem,
                                                        std::string_view key_pem) {
  ERR_clear_error();
  std::shared_ptr<KeyPair> pair(new KeyPair);
  // No password is asked for on a terminal that nobody watches.
  const auto no_password = [](char*, int, int, void*) { return 0; };
  pair->key_.reset(PEM_read_bio_PrivateKey(ReadFrom(key_pem).get(), nullptr, no_password, nullptr));
  if (pair->key_ == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "There is no readable private key (PEM, without a password): ", TakeOpenSslError()));
  }
  pair->chain_.reset(sk_X509_new_null());
  const BioPtr text = ReadFrom(chain_pem);
  while (X509Ptr next{PEM_read_bio_X509(text.get(), nullptr, no_password, nullptr)}) {
    const bool own = pair->certificate_ == nullptr &&
                     EVP_PKEY_eq(X509_get0_pubkey(next.get()), pair->key_.get()) == 1;
    if (own) {
      pair->certificate_ = std::move(next);
    } else {
      sk_X509_push(pair->chain_.get(), next.release());
    }
  }
  ERR_clear_error();
  if (pair->certificate_ == nullptr)
    return absl::InvalidArgumentError("There is no certificate (PEM) that fits the private key.");
  X509* certificate = pair->certificate_.get();
  pair->hosts_ = HostsOf(certificate);
  if (pair->hosts_.empty())
    return absl::InvalidArgumentError("The certificate names no host (subjectAltName).");
  pair->issuer_ = IssuerOf(certificate);
  pair->algorithm_ = AlgorithmOf(pair->key_.get());
  pair->responder_ = ResponderOf(certificate);
  pair->not_before_ = TimeOf(X509_get0_notBefore(certificate));
  pair->not_after_ = TimeOf(X509_get0_notAfter(certificate));
  return pair;
}

bool KeyPair::SameAlgorithm(const KeyPair& other) const {
  return EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_get_base_id(other.key_.get());
}

void KeyPair::SetStaple(std::shared_ptr<const Staple> staple) {
  absl::MutexLock lock(&mutex_);
  staple_ = std::move(staple);
}

std::shared_ptr<const KeyPair::Staple> KeyPair::staple() const {
  absl::MutexLock lock(&mutex_);
  return staple_;
}

}  // namespace forium::gateway
