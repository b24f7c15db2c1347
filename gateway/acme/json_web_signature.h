// SPDX-License-Identifier: Apache-2.0
// What ACME signs its requests with: JWS in the flattened JSON form (RFC 7515) with ES256, the
// account's key as a JWK (RFC 7517) and its thumbprint (RFC 7638). Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "gateway/acme/signing_key.h"

namespace forium::gateway {

// Without padding (RFC 4648, 5).
std::string Base64Url(std::string_view bytes);

// The public key as JSON, members in the order of RFC 7638.
std::string JsonWebKey(const SigningKey& key);
std::string Thumbprint(std::string_view json_web_key);

// What proves that an account controls a host (RFC 8555, 8.1).
std::string KeyAuthorization(std::string_view token, const SigningKey& account);

struct SignedRequest {
  std::string_view url;
  std::string_view nonce;
  // The account's address, or empty: the key itself goes along.
  std::string_view account;
  // JSON; empty: a GET in the form of a POST (RFC 8555, 6.3).
  std::string_view payload;
};

// The body of a request.
std::string SignRequest(const SignedRequest& request, const SigningKey& key);

// `{"protected":…,"payload":…,"signature":…}`.
std::string SignFlattened(std::string_view protected_header, std::string_view payload,
                          const SigningKey& key);

}  // namespace forium::gateway
