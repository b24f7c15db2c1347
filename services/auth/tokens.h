// SPDX-License-Identifier: Apache-2.0
// Secrets that are handed out once and kept as hashes: session tokens and one-time links. Pure
// functions.
#pragma once

#include <string>
#include <string_view>

namespace forium::auth {

// 256 random bits, base64url without padding: 43 characters.
std::string NewToken();
// Whether a text can be a token at all; what cannot needs no look into the database.
bool LooksLikeToken(std::string_view text);
// Hexadecimal SHA-256, which is what is stored. The tokens are random, so no salt and no slow hash
// is needed.
std::string HashOf(std::string_view text);

}  // namespace forium::auth
