// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/ocsp.h"

#include <openssl/http.h>
#include <openssl/ocsp.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"

namespace forium::gateway {
namespace {

using RequestPtr = std::unique_ptr<OCSP_REQUEST, OpenSslFree<OCSP_REQUEST_free>>;
using ResponsePtr = std::unique_ptr<OCSP_RESPONSE, OpenSslFree<OCSP_RESPONSE_free>>;
using BasicPtr = std::unique_ptr<OCSP_BASICRESP, OpenSslFree<OCSP_BASICRESP_free>>;
using IdPtr = std::unique_ptr<OCSP_CERTID, OpenSslFree<OCSP_CERTID_free>>;
using StorePtr = std::unique_ptr<X509_STORE, OpenSslFree<X509_STORE_free>>;

constexpr long kClockSkewSeconds = 300;
constexpr size_t kLargestAnswer = 64 << 10;
// Of answers that do not say when they end.
constexpr absl::Duration kShortLife = absl::Hours(1);

absl::Status Failed(const char* what) {
  return absl::UnavailableError(absl::StrCat(what, ": ", TakeOpenSslError()));
}

X509* IssuerOf(const KeyPair& pair) {
  for (int i = 0; i < sk_X509_num(pair.chain()); ++i) {
    X509* candidate = sk_X509_value(pair.chain(), i);
    if (X509_check_issued(candidate, pair.certificate()) == X509_V_OK) return candidate;
  }
  return nullptr;
}

absl::StatusOr<IdPtr> IdOf(const KeyPair& pair) {
  X509* issuer = IssuerOf(pair);
  if (issuer == nullptr)
    return absl::FailedPreconditionError("The chain lacks the certificate of who signed it.");
  IdPtr id(OCSP_cert_to_id(nullptr, pair.certificate(), issuer));
  if (id == nullptr) return Failed("Naming the certificate");
  return id;
}

absl::Time TimeOf(const ASN1_GENERALIZEDTIME* time) {
  tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return absl::InfinitePast();
  return absl::FromTM(parts, absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<std::string> OcspQuestion(const KeyPair& pair) {
  ERR_clear_error();
  ASSIGN_OR_RETURN(IdPtr id, IdOf(pair));
  const RequestPtr request(OCSP_REQUEST_new());
  if (request == nullptr || OCSP_request_add0_id(request.get(), id.get()) == nullptr)
    return Failed("Making the question");
  id.release();  // the request's now
  unsigned char* bytes = nullptr;
  const int length = i2d_OCSP_REQUEST(request.get(), &bytes);
  if (length <= 0) return Failed("Making the question");
  std::string question(reinterpret_cast<char*>(bytes), static_cast<size_t>(length));
  OPENSSL_free(bytes);
  return question;
}

absl::StatusOr<OcspAnswer> CheckOcspAnswer(const KeyPair& pair, std::string_view answer,
                                           absl::Time now) {
  ERR_clear_error();
  ASSIGN_OR_RETURN(const IdPtr id, IdOf(pair));
  const auto* bytes = reinterpret_cast<const unsigned char*>(answer.data());
  const ResponsePtr response(d2i_OCSP_RESPONSE(nullptr, &bytes, static_cast<long>(answer.size())));
  if (response == nullptr) return Failed("Reading the answer");
  if (const int status = OCSP_response_status(response.get());
      status != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
    return absl::UnavailableError(
        absl::StrCat("The responder refuses: ", OCSP_response_status_str(status)));
  }
  const BasicPtr basic(OCSP_response_get1_basic(response.get()));
  const StorePtr trusted(X509_STORE_new());
  if (basic == nullptr || trusted == nullptr) return Failed("Reading the answer");
  // Signed by the one who signed the certificate, or by a delegate that it named.
  X509_STORE_add_cert(trusted.get(), IssuerOf(pair));
  X509_STORE_set_flags(trusted.get(), X509_V_FLAG_PARTIAL_CHAIN);
  if (OCSP_basic_verify(basic.get(), pair.chain(), trusted.get(), 0) != 1)
    return Failed("The answer's signature");
  int status = 0;
  ASN1_GENERALIZEDTIME* made = nullptr;
  ASN1_GENERALIZEDTIME* until = nullptr;
  if (OCSP_resp_find_status(basic.get(), id.get(), &status, nullptr, nullptr, &made, &until) != 1)
    return absl::UnavailableError("The answer is about another certificate.");
  if (status != V_OCSP_CERTSTATUS_GOOD) {
    return absl::FailedPreconditionError(
        absl::StrCat("The certificate is ", OCSP_cert_status_str(status), "."));
  }
  if (OCSP_check_validity(made, until, kClockSkewSeconds, -1) != 1)
    return Failed("The answer's time");
  return OcspAnswer{TimeOf(made), until == nullptr ? now + kShortLife : TimeOf(until)};
}

absl::StatusOr<std::string> FetchOcsp(const std::string& responder, const std::string& question,
                                      absl::Duration timeout) {
  ERR_clear_error();
  char* host = nullptr;
  char* port = nullptr;
  char* path = nullptr;
  int secure = 0;
  if (OSSL_HTTP_parse_url(responder.c_str(), &secure, nullptr, &host, &port, nullptr, &path,
                          nullptr, nullptr) != 1 ||
      secure != 0)
    return Failed("The responder's address");
  const BioPtr body = ReadFrom(question);
  const BioPtr answer(OSSL_HTTP_transfer(
      nullptr, host, port, path, 0, /*proxy=*/"", nullptr, nullptr, nullptr, nullptr, nullptr, 0,
      nullptr, "application/ocsp-request", body.get(), "application/ocsp-response",
      /*expect_asn1=*/1, kLargestAnswer, static_cast<int>(absl::ToInt64Seconds(timeout)), 0));
  OPENSSL_free(host);
  OPENSSL_free(port);
  OPENSSL_free(path);
  if (answer == nullptr) return Failed("Asking the responder");
  std::string bytes;
  char some[4096];
  for (int length; (length = BIO_read(answer.get(), some, sizeof(some))) > 0;)
    bytes.append(some, static_cast<size_t>(length));
  return bytes;
}

}  // namespace forium::gateway
