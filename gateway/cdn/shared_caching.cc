// SPDX-License-Identifier: Apache-2.0
#include "gateway/cdn/shared_caching.h"

#include <algorithm>
#include <string>

#include "gateway/http/ascii.h"

namespace forium::gateway {
namespace {

std::string Seconds(absl::Duration duration) {
  return std::to_string(std::max<int64_t>(0, absl::ToInt64Seconds(duration)));
}

}  // namespace

std::string CdnTag(const std::string& tag) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : tag) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && byte < 0x7f && c != ',' && c != '%') {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

void SetSharedCaching(const CdnConfig& config, Response& response) {
  // A page for guests differs by language, and there is none for who has a session.
  response.Set("Vary", "Accept-Encoding, Accept-Language, Cookie");
  if (!config.cdn || response.cache_tags.empty()) {
    response.Set("Cache-Control", "no-cache");
    return;
  }
  response.Set("Cache-Control", Concat({"public, max-age=0, s-maxage=", Seconds(config.cdn_max_age),
                                        ", stale-while-revalidate=", Seconds(config.cdn_stale)}));
  const char separator = EqualsIgnoreCase(config.cdn_tag_header, "Cache-Tag") ? ',' : ' ';
  std::string tags = kEveryPageTag;
  for (const std::string& tag : response.cache_tags) {
    if (tag == kEveryPageTag) continue;
    tags += separator;
    tags += CdnTag(tag);
  }
  response.Set(config.cdn_tag_header, std::move(tags));
}

}  // namespace forium::gateway
