// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/json_web_signature.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <boost/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/tls/openssl.h"
#include "gtest/gtest.h"

namespace forium::gateway {
namespace {

// The key of RFC 7515, appendix A.3.
constexpr char kX[] = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
constexpr char kY[] = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
constexpr char kD[] = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";
constexpr char kHeader[] = R"({"alg":"ES256"})";
constexpr char kPayload[] =
    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
constexpr char kSigned[] =
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
    "Q";
constexpr char kSignature[] =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

std::string Decode(std::string_view text) {
  std::string bytes;
  EXPECT_TRUE(absl::WebSafeBase64Unescape(absl::string_view(text.data(), text.size()), &bytes));
  return bytes;
}

BIGNUM* Number(const std::string& bytes) {
  return BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                   static_cast<int>(bytes.size()), nullptr);
}

SigningKey RfcKey() {
  OSSL_PARAM_BLD* builder = OSSL_PARAM_BLD_new();
  BIGNUM* d = Number(Decode(kD));
  const std::string point = absl::StrCat("\x04", Decode(kX), Decode(kY));
  OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
  OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, d);
  OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  OSSL_PARAM* parameters = OSSL_PARAM_BLD_to_param(builder);
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr);
  EVP_PKEY* key = nullptr;
  EXPECT_EQ(EVP_PKEY_fromdata_init(context), 1);
  EXPECT_EQ(EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters), 1);
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  EVP_PKEY_free(key);
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(parameters);
  OSSL_PARAM_BLD_free(builder);
  BN_free(d);
  return *SigningKey::FromPem(Written(bio.get()));
}

// Whether OpenSSL takes r and s for the key's signature of the bytes.
bool Verifies(const SigningKey& key, const std::string& bytes, const std::string& signature) {
  if (signature.size() != 64) return false;
  ECDSA_SIG* pair = ECDSA_SIG_new();
  ECDSA_SIG_set0(pair, Number(signature.substr(0, 32)), Number(signature.substr(32)));
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(pair, &der);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key.get());
  const bool holds =
      EVP_DigestVerify(context, der, static_cast<size_t>(length),
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1;
  EVP_MD_CTX_free(context);
  OPENSSL_free(der);
  ECDSA_SIG_free(pair);
  return holds;
}

TEST(JsonWebSignatureTest, EncodesAsInRfc7515) {
  EXPECT_EQ(Base64Url(std::string("\x03\xec\xff\xe0\xc1", 5)), "A-z_4ME");
  EXPECT_EQ(Base64Url(""), "");
  EXPECT_EQ(absl::StrCat(Base64Url(kHeader), ".", Base64Url(kPayload)), kSigned);
}

TEST(JsonWebSignatureTest, ThumbprintOfRfc7638) {
  EXPECT_EQ(
      Thumbprint(
          R"({"e":"AQAB","kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx)"
          R"(4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4)"
          R"(Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0)"
          R"(zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksI)"
          R"(NHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"})"),
      "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

TEST(JsonWebSignatureTest, KeyOfRfc7515IsWrittenInItsCanonicalForm) {
  EXPECT_EQ(JsonWebKey(RfcKey()),
            absl::StrCat(R"({"crv":"P-256","kty":"EC","x":")", kX, R"(","y":")", kY, R"("})"));
}

TEST(JsonWebSignatureTest, SignsWhatRfc7515SignsAndOpensslAgrees) {
  const SigningKey key = RfcKey();
  ASSERT_TRUE(Verifies(key, kSigned, Decode(kSignature))) << "the RFC's own signature";
  const boost::json::value signed_by_us = boost::json::parse(SignFlattened(kHeader, kPayload, key));
  const auto part = [&](const char* name) {
    return std::string(signed_by_us.at(name).as_string());
  };
  EXPECT_EQ(absl::StrCat(part("protected"), ".", part("payload")), kSigned);
  EXPECT_TRUE(Verifies(key, kSigned, Decode(part("signature"))));
  EXPECT_FALSE(Verifies(key, absl::StrCat(kSigned, "A"), Decode(part("signature"))));
}

TEST(JsonWebSignatureTest, SignatureIsPaddedToItsLength) {
  // One in 128 has an r or s that begins with a zero byte; many rounds meet some.
  const SigningKey key = *SigningKey::Generate();
  for (int i = 0; i < 600; ++i) {
    const std::string bytes = absl::StrCat("message ", i);
    ASSERT_TRUE(Verifies(key, bytes, key.Sign(bytes))) << i;
  }
}

TEST(JsonWebSignatureTest, RequestNamesTheAccountOrCarriesTheKey) {
  const SigningKey key = *SigningKey::Generate();
  const auto header = [&](const SignedRequest& request) {
    const auto body = boost::json::parse(SignRequest(request, key));
    return boost::json::parse(Decode(std::string(body.at("protected").as_string()))).as_object();
  };
  const auto first = header({.url = "https://a/b", .nonce = "n1", .account = {}, .payload = "{}"});
  EXPECT_EQ(first.at("alg"), "ES256");
  EXPECT_EQ(first.at("nonce"), "n1");
  EXPECT_EQ(first.at("url"), "https://a/b");
  EXPECT_EQ(boost::json::serialize(first.at("jwk")), JsonWebKey(key));
  EXPECT_FALSE(first.contains("kid"));
  const auto later =
      header({.url = "https://a/b", .nonce = "n2", .account = "https://a/1\"", .payload = ""});
  EXPECT_EQ(later.at("kid"), "https://a/1\"");
  EXPECT_FALSE(later.contains("jwk"));
}

TEST(SigningKeyTest, ComesBackFromItsPem) {
  const SigningKey key = *SigningKey::Generate();
  const absl::StatusOr<SigningKey> again = SigningKey::FromPem(key.Pem());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(JsonWebKey(*again), JsonWebKey(key));
  EXPECT_TRUE(Verifies(key, "bytes", again->Sign("bytes")));
}

TEST(SigningKeyTest, OtherKeysAndJunkAreRefused) {
  EXPECT_FALSE(SigningKey::FromPem("").ok());
  EXPECT_FALSE(SigningKey::FromPem("-----BEGIN PRIVATE KEY-----\nAAAA\n").ok());
  for (const char* curve : {"P-384", "secp256k1"}) {
    EVP_PKEY* other = EVP_EC_gen(curve);
    const BioPtr bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(bio.get(), other, nullptr, nullptr, 0, nullptr, nullptr);
    EVP_PKEY_free(other);
    EXPECT_FALSE(SigningKey::FromPem(Written(bio.get())).ok()) << curve;
  }
}

TEST(KeyAuthorizationTest, IsTokenAndThumbprint) {
  const SigningKey key = RfcKey();
  EXPECT_EQ(KeyAuthorization("token-1", key),
            absl::StrCat("token-1.", Thumbprint(JsonWebKey(key))));
}

}  // namespace
}  // namespace forium::gateway
