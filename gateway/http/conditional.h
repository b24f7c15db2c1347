// SPDX-License-Identifier: Apache-2.0
// Entity tags: strong ones of bytes, and whether a request's If-None-Match names one (RFC
// 9110, 13.1.2).
#pragma once

#include <string>
#include <string_view>

namespace forium::gateway {

std::string EtagOf(std::string_view bytes);  // in quotes
bool MatchesEtag(std::string_view if_none_match, std::string_view etag);

}  // namespace forium::gateway
