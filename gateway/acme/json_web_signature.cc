// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/json_web_signature.h"

#include <boost/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace forium::gateway {
namespace {

absl::string_view Abseil(std::string_view text) { return {text.data(), text.size()}; }

std::string Quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

}  // namespace

std::string Base64Url(std::string_view bytes) {
  std::string encoded;
  absl::WebSafeBase64Escape(Abseil(bytes), &encoded);
  return encoded;
}

std::string JsonWebKey(const SigningKey& key) {
  return absl::StrCat(R"({"crv":"P-256","kty":"EC","x":")", Base64Url(key.x()), R"(","y":")",
                      Base64Url(key.y()), R"("})");
}

std::string Thumbprint(std::string_view json_web_key) { return Base64Url(Sha256(json_web_key)); }

std::string KeyAuthorization(std::string_view token, const SigningKey& account) {
  return absl::StrCat(Abseil(token), ".", Thumbprint(JsonWebKey(account)));
}

std::string SignRequest(const SignedRequest& request, const SigningKey& key) {
  const std::string who = request.account.empty()
                              ? absl::StrCat(R"("jwk":)", JsonWebKey(key))
                              : absl::StrCat(R"("kid":)", Quoted(request.account));
  return SignFlattened(absl::StrCat(R"({"alg":"ES256",)", who, R"(,"nonce":)",
                                    Quoted(request.nonce), R"(,"url":)", Quoted(request.url), "}"),
                       request.payload, key);
}

std::string SignFlattened(std::string_view protected_header, std::string_view payload,
                          const SigningKey& key) {
  const std::string header = Base64Url(protected_header);
  const std::string body = Base64Url(payload);
  const std::string signature = key.Sign(absl::StrCat(header, ".", body));
  return absl::StrCat(R"({"protected":")", header, R"(","payload":")", body, R"(","signature":")",
                      Base64Url(signature), R"("})");
}

}  // namespace forium::gateway
