// SPDX-License-Identifier: Apache-2.0
// Percent-encoding, query strings and forms (RFC 3986, the WHATWG's
// application/x-www-form-urlencoded), strict: what is not well-formed UTF-8 after decoding is
// refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/message.h"

namespace forium::gateway {

bool IsValidUtf8(std::string_view text);
// nullopt: a `%` without two hexadecimal digits, a NUL, or not UTF-8.
std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space = false);
std::string PercentEncode(std::string_view text);  // all but unreserved characters
// Pairs of a query string or of a form body, in order; at most `max_pairs`. nullopt: one does not
// decode, or too many.
std::optional<std::vector<Request::Parameter>> ParsePairs(std::string_view text,
                                                          size_t max_pairs = 128);
// A path of this site to redirect to: `/x`, not `//x` or `/\x`, without control characters.
bool IsLocalPath(std::string_view path);

}  // namespace forium::gateway
