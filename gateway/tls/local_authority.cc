// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/local_authority.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gateway/tls/client_hello.h"
#include "services/base/status/macros.h"

namespace forium::gateway {
namespace {

using ExtensionPtr = std::unique_ptr<X509_EXTENSION, OpenSslFree<X509_EXTENSION_free>>;
constexpr absl::Duration kAuthorityLifetime = absl::Hours(24 * 3652);
constexpr size_t kLongestCommonName = 64;
constexpr char kOrganization[] = "Forium";

absl::Status Failed(const char* what) {
  return absl::InternalError(absl::StrCat(what, " failed: ", TakeOpenSslError()));
}

bool IsAddress(const std::string& host) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

// Also names without a dot, as they are used at home.
bool IsName(std::string_view host) {
  if (host.starts_with("*.")) host.remove_prefix(2);
  return IsHostName(host) || IsHostName(absl::StrCat("x.", std::string(host)));
}

absl::StatusOr<std::string> AlternativeNames(const std::vector<std::string>& hosts) {
  std::string names;
  for (const std::string& one : hosts) {
    const std::string host = absl::AsciiStrToLower(one);
    const bool address = IsAddress(host);
    if (!address && !IsName(host)) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", one, "` is no host name and no IP address."));
    }
    absl::StrAppend(&names, names.empty() ? "" : ",", address ? "IP:" : "DNS:", host);
  }
  if (names.empty()) return absl::InvalidArgumentError("Name at least one host.");
  return names;
}

bool Extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool SetSerial(X509* certificate) {
  unsigned char bytes[16];
  if (RAND_bytes(bytes, sizeof(bytes)) != 1) return false;
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7f) | 0x40);  // positive, all bytes count
  BIGNUM* number = BN_bin2bn(bytes, sizeof(bytes), nullptr);
  const bool set = number != nullptr &&
                   BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
  BN_free(number);
  return set;
}

bool SetName(X509_NAME* name, const char* part, std::string_view text) {
  return X509_NAME_add_entry_by_txt(name, part, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()), -1, 0) == 1;
}

bool SetTimes(X509* certificate, absl::Time from, absl::Time until) {
  return ASN1_TIME_set(X509_getm_notBefore(certificate), absl::ToTimeT(from)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), absl::ToTimeT(until)) != nullptr;
}

absl::StatusOr<PemPair> PemOf(X509* certificate, EVP_PKEY* key) {
  const BioPtr certificate_text(BIO_new(BIO_s_mem()));
  const BioPtr key_text(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(certificate_text.get(), certificate) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(key_text.get(), key, nullptr, nullptr, 0, nullptr, nullptr) !=
          1)
    return Failed("Writing PEM");
  return PemPair{Written(certificate_text.get()), Written(key_text.get())};
}

}  // namespace

absl::StatusOr<LocalAuthority> LocalAuthority::Make(std::string_view name, absl::Time now) {
  KeyPtr key(EVP_EC_gen("P-256"));
  X509Ptr certificate(X509_new());
  X509* made = certificate.get();
  if (key == nullptr || made == nullptr || X509_set_version(made, X509_VERSION_3) != 1 ||
      !SetSerial(made) || !SetTimes(made, now, now + kAuthorityLifetime) ||
      !SetName(X509_get_subject_name(made), "O", kOrganization) ||
      !SetName(X509_get_subject_name(made), "CN", name.substr(0, kLongestCommonName)) ||
      X509_set_issuer_name(made, X509_get_subject_name(made)) != 1 ||
      X509_set_pubkey(made, key.get()) != 1 ||
      !Extend(made, made, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !Extend(made, made, NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !Extend(made, made, NID_subject_key_identifier, "hash") ||
      X509_sign(made, key.get(), EVP_sha256()) == 0)
    return Failed("Making the authority");
  return LocalAuthority(std::string(name), std::move(certificate), std::move(key));
}

absl::StatusOr<LocalAuthority> LocalAuthority::Parse(const PemPair& pair) {
  ERR_clear_error();
  const auto no_password = [](char*, int, int, void*) { return 0; };
  X509Ptr certificate(
      PEM_read_bio_X509(ReadFrom(pair.certificate).get(), nullptr, no_password, nullptr));
  KeyPtr key(PEM_read_bio_PrivateKey(ReadFrom(pair.key).get(), nullptr, no_password, nullptr));
  if (certificate == nullptr || key == nullptr)
    return absl::InvalidArgumentError("It is no certificate with a key (PEM).");
  if (X509_check_private_key(certificate.get(), key.get()) != 1 ||
      X509_check_ca(certificate.get()) != 1)
    return absl::InvalidArgumentError("It is not an authority's certificate with its key.");
  char name[kLongestCommonName * 4 + 1] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name,
                            sizeof(name));
  return LocalAuthority(name, std::move(certificate), std::move(key));
}

absl::StatusOr<PemPair> LocalAuthority::Issue(const Order& order) const {
  ASSIGN_OR_RETURN(const std::string names, AlternativeNames(order.hosts));
  ERR_clear_error();
  const KeyPtr key(order.algorithm == Algorithm::kRsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"));
  const X509Ptr certificate(X509_new());
  X509* made = certificate.get();
  X509* issuer = certificate_.get();
  tm last{};
  ASN1_TIME_to_tm(X509_get0_notAfter(issuer), &last);
  const absl::Time until =
      std::min(order.from + order.lifetime, absl::FromTM(last, absl::UTCTimeZone()));
  // The common name is for people; clients look at the alternative names.
  const std::string_view common =
      std::string_view(order.hosts.front()).substr(0, kLongestCommonName);
  if (key == nullptr || made == nullptr || X509_set_version(made, X509_VERSION_3) != 1 ||
      !SetSerial(made) || !SetTimes(made, order.from, until) ||
      !SetName(X509_get_subject_name(made), "CN", common) ||
      X509_set_issuer_name(made, X509_get_subject_name(issuer)) != 1 ||
      X509_set_pubkey(made, key.get()) != 1 ||
      !Extend(made, issuer, NID_basic_constraints, "critical,CA:FALSE") ||
      !Extend(made, issuer, NID_key_usage, "critical,digitalSignature") ||
      !Extend(made, issuer, NID_ext_key_usage, "serverAuth") ||
      !Extend(made, issuer, NID_subject_key_identifier, "hash") ||
      !Extend(made, issuer, NID_authority_key_identifier, "keyid:always") ||
      !Extend(made, issuer, NID_subject_alt_name, names) ||
      (!order.responder.empty() &&
       !Extend(made, issuer, NID_info_access, absl::StrCat("OCSP;URI:", order.responder))) ||
      X509_sign(made, key_.get(), EVP_sha256()) == 0)
    return Failed("Making the certificate");
  return PemOf(made, key.get());
}

absl::Status LocalAuthority::CheckHosts(const std::vector<std::string>& hosts) {
  return AlternativeNames(hosts).status();
}

bool LocalAuthority::made_here() const {
  char organization[sizeof(kOrganization) + 1] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate_.get()), NID_organizationName,
                            organization, sizeof(organization));
  return std::string_view(organization) == kOrganization;
}

absl::StatusOr<PemPair> LocalAuthority::ToPem() const {
  return PemOf(certificate_.get(), key_.get());
}

}  // namespace forium::gateway
