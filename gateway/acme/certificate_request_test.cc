// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/certificate_request.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/acme/json_web_signature.h"
#include "gateway/tls/local_authority.h"
#include "gateway/tls/openssl.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

X509Ptr Parse(const std::string& pem) {
  return X509Ptr(PEM_read_bio_X509(ReadFrom(pem).get(), nullptr, nullptr, nullptr));
}

TEST(CertificateRequestTest, AsksForTheHostWithTheKey) {
  const SigningKey key = *SigningKey::Generate();
  const std::string der = *CertificateRequest("forum.example", key);
  const unsigned char* bytes = reinterpret_cast<const unsigned char*>(der.data());
  X509_REQ* request = d2i_X509_REQ(nullptr, &bytes, static_cast<long>(der.size()));
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(X509_REQ_verify(request, key.get()), 1);
  STACK_OF(X509_EXTENSION)* extensions = X509_REQ_get_extensions(request);
  auto* names = static_cast<GENERAL_NAMES*>(
      X509V3_get_d2i(extensions, NID_subject_alt_name, nullptr, nullptr));
  ASSERT_NE(names, nullptr);
  ASSERT_EQ(sk_GENERAL_NAME_num(names), 1);
  const ASN1_STRING* name = sk_GENERAL_NAME_value(names, 0)->d.dNSName;
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name)),
                        static_cast<size_t>(ASN1_STRING_length(name))),
            "forum.example");
  GENERAL_NAMES_free(names);
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  X509_REQ_free(request);
}

TEST(ChallengeCertificateTest, HoldsTheCriticalDigestForTheHostAlone) {
  const SigningKey key = *SigningKey::Generate();
  const X509Ptr certificate = Parse(*ChallengeCertificate("forum.example", "token.thumb", key));
  ASSERT_NE(certificate, nullptr);
  EXPECT_EQ(X509_verify(certificate.get(), key.get()), 1) << "signed by itself";
  EXPECT_EQ(X509_check_host(certificate.get(), "forum.example", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_host(certificate.get(), "www.forum.example", 0, 0, nullptr), 0);
  ASN1_OBJECT* oid = OBJ_txt2obj("1.3.6.1.5.5.7.1.31", 1);
  const int place = X509_get_ext_by_OBJ(certificate.get(), oid, -1);
  ASN1_OBJECT_free(oid);
  ASSERT_GE(place, 0);
  X509_EXTENSION* extension = X509_get_ext(certificate.get(), place);
  EXPECT_EQ(X509_EXTENSION_get_critical(extension), 1);
  const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(extension);
  EXPECT_EQ(
      std::string(reinterpret_cast<const char*>(value->data), static_cast<size_t>(value->length)),
      absl::StrCat("\x04\x20", Sha256("token.thumb")));
}

class CheckChainTest : public ::testing::Test {
 protected:
  const LocalAuthority authority_ = *LocalAuthority::Make("Test", absl::Now());
  const absl::Time from_ = absl::FromUnixSeconds(1'800'000'000);
  const PemPair pair_ =
      *authority_.Issue({.hosts = {"forum.example"}, .from = from_, .lifetime = absl::Hours(24)});
  const SigningKey key_ = *SigningKey::FromPem(pair_.key);
};

TEST_F(CheckChainTest, TakesTheCertificatesAndNothingElse) {
  const auto chain = CheckChain(absl::StrCat("words\n", pair_.certificate, pair_.key, "more words"),
                                "forum.example", key_);
  ASSERT_TRUE(chain.ok()) << chain.status();
  EXPECT_EQ(chain->not_before, from_);
  EXPECT_EQ(chain->not_after, from_ + absl::Hours(24));
  EXPECT_EQ(chain->pem.find("PRIVATE KEY"), std::string::npos);
  EXPECT_EQ(chain->pem.find("words"), std::string::npos);
  EXPECT_EQ(CheckChain(chain->pem, "forum.example", key_)->pem, chain->pem);
}

TEST_F(CheckChainTest, RefusesWhatIsNotOurs) {
  EXPECT_FALSE(CheckChain(pair_.certificate, "other.example", key_).ok());
  EXPECT_FALSE(CheckChain(pair_.certificate, "forum.example", *SigningKey::Generate()).ok());
  EXPECT_FALSE(CheckChain("", "forum.example", key_).ok());
  EXPECT_FALSE(CheckChain(pair_.key, "forum.example", key_).ok());
  EXPECT_FALSE(
      CheckChain(pair_.certificate.substr(0, pair_.certificate.size() / 2), "forum.example", key_)
          .ok());
  std::string many;
  for (int i = 0; i < 11; ++i) many += pair_.certificate;
  EXPECT_FALSE(CheckChain(many, "forum.example", key_).ok());
  EXPECT_FALSE(CheckChain(std::string(1 << 20, 'a'), "forum.example", key_).ok());
}

}  // namespace
}  // namespace forium::gateway
