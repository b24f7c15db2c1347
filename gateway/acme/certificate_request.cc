// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/certificate_request.h"

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <ctime>
#include <memory>

#include "absl/strings/str_cat.h"
#include "gateway/tls/openssl.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

constexpr int kMaxChain = 10;
constexpr size_t kMaxChainBytes = 256 << 10;
constexpr char kAcmeIdentifier[] = "1.3.6.1.5.5.7.1.31";

using ExtensionPtr = std::unique_ptr<X509_EXTENSION, OpenSslFree<X509_EXTENSION_free>>;

void FreeExtensions(STACK_OF(X509_EXTENSION) * extensions) {
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

absl::Status Failed(std::string_view what) {
  return status::Internal(absl::StrCat(std::string(what), ": ", TakeOpenSslError()));
}

ExtensionPtr AlternativeName(const std::string& host) {
  return ExtensionPtr(X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name,
                                          absl::StrCat("DNS:", host).c_str()));
}

absl::StatusOr<absl::Time> TimeOf(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) {
    return absl::InvalidArgumentError("The certificate's dates are malformed.");
  }
  return absl::FromTM(parts, absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<std::string> CertificateRequest(const std::string& host, const SigningKey& key) {
  const std::unique_ptr<X509_REQ, OpenSslFree<X509_REQ_free>> request(X509_REQ_new());
  std::unique_ptr<STACK_OF(X509_EXTENSION), OpenSslFree<FreeExtensions>> extensions(
      sk_X509_EXTENSION_new_null());
  ExtensionPtr names = AlternativeName(host);
  if (names == nullptr || sk_X509_EXTENSION_push(extensions.get(), names.get()) <= 0) {
    return Failed("no alternative name");
  }
  (void)names.release();
  if (X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) != 1 ||
      X509_REQ_add_extensions(request.get(), extensions.get()) != 1 ||
      X509_REQ_set_pubkey(request.get(), key.get()) != 1 ||
      X509_REQ_sign(request.get(), key.get(), EVP_sha256()) <= 0) {
    return Failed("no certificate request");
  }
  unsigned char* der = nullptr;
  const int length = i2d_X509_REQ(request.get(), &der);
  if (length <= 0) return Failed("no certificate request");
  std::string bytes(reinterpret_cast<char*>(der), static_cast<size_t>(length));
  OPENSSL_free(der);
  return bytes;
}

absl::StatusOr<std::string> ChallengeCertificate(const std::string& host,
                                                 std::string_view key_authorization,
                                                 const SigningKey& key) {
  const X509Ptr certificate(X509_new());
  const ExtensionPtr names = AlternativeName(host);
  const std::string digest = absl::StrCat("\x04\x20", Sha256(key_authorization));
  const std::unique_ptr<ASN1_OCTET_STRING, OpenSslFree<ASN1_OCTET_STRING_free>> value(
      ASN1_OCTET_STRING_new());
  ASN1_OCTET_STRING_set(value.get(), reinterpret_cast<const unsigned char*>(digest.data()),
                        static_cast<int>(digest.size()));
  const std::unique_ptr<ASN1_OBJECT, OpenSslFree<ASN1_OBJECT_free>> oid(
      OBJ_txt2obj(kAcmeIdentifier, 1));
  const ExtensionPtr identifier(X509_EXTENSION_create_by_OBJ(nullptr, oid.get(), 1, value.get()));
  uint64_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial));
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const bool made =
      names != nullptr && identifier != nullptr &&
      X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
      ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1) == 1 &&
      X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -86'400) != nullptr &&
      X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 7 * 86'400) != nullptr &&
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                 reinterpret_cast<const unsigned char*>("ACME challenge"), -1, -1,
                                 0) == 1 &&
      X509_set_issuer_name(certificate.get(), name) == 1 &&
      X509_set_pubkey(certificate.get(), key.get()) == 1 &&
      X509_add_ext(certificate.get(), names.get(), -1) == 1 &&
      X509_add_ext(certificate.get(), identifier.get(), -1) == 1 &&
      X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0;
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!made || PEM_write_bio_X509(bio.get(), certificate.get()) != 1) {
    return Failed("no certificate for the challenge");
  }
  return Written(bio.get());
}

absl::StatusOr<CertificateChain> CheckChain(std::string_view pem, const std::string& host,
                                            const SigningKey& key) {
  if (pem.size() > kMaxChainBytes) {
    return absl::InvalidArgumentError("The chain of certificates is too long.");
  }
  const BioPtr in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const BioPtr out(BIO_new(BIO_s_mem()));
  CertificateChain chain;
  for (int count = 0;; ++count) {
    const auto no_passphrase = [](char*, int, int, void*) { return -1; };
    const X509Ptr certificate(PEM_read_bio_X509(in.get(), nullptr, no_passphrase, nullptr));
    ERR_clear_error();
    if (certificate == nullptr) {
      if (count == 0) return absl::InvalidArgumentError("There is no certificate in it.");
      break;
    }
    if (count == kMaxChain) {
      return absl::InvalidArgumentError("The chain of certificates is too long.");
    }
    if (count == 0) {
      if (X509_check_private_key(certificate.get(), key.get()) != 1) {
        ERR_clear_error();
        return absl::InvalidArgumentError("The certificate is for another key.");
      }
      if (X509_check_host(certificate.get(), host.data(), host.size(), 0, nullptr) != 1) {
        return absl::InvalidArgumentError("The certificate is for another host.");
      }
      ASSIGN_OR_RETURN(chain.not_before, TimeOf(X509_get0_notBefore(certificate.get())));
      ASSIGN_OR_RETURN(chain.not_after, TimeOf(X509_get0_notAfter(certificate.get())));
      if (chain.not_after <= chain.not_before) {
        return absl::InvalidArgumentError("The certificate is never valid.");
      }
    }
    if (PEM_write_bio_X509(out.get(), certificate.get()) != 1) {
      return Failed("a certificate does not write");
    }
  }
  chain.pem = Written(out.get());
  return chain;
}

}  // namespace forium::gateway
