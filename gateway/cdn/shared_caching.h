// SPDX-License-Identifier: Apache-2.0
// Header fields by which a CDN keeps a guest's page (RFC 9111, RFC 5861) and finds it by tag.
#pragma once

#include <string>

#include "gateway/cdn/config.h"
#include "gateway/http/message.h"

namespace forium::gateway {

// On every page: a purge of it is a purge of all.
inline constexpr char kEveryPageTag[] = "site";

// A tag as the header field and the purge carry it: separators and what is not printable are
// percent-encoded.
std::string CdnTag(const std::string& tag);

// For a page that is the same for all guests and kept by its `cache_tags`; with `cdn` off, and for
// one without tags, caches ask each time. Browsers always do.
void SetSharedCaching(const CdnConfig& config, Response& response);

}  // namespace forium::gateway
