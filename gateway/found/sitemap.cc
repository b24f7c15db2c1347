// SPDX-License-Identifier: Apache-2.0
#include "gateway/found/sitemap.h"

#include "gateway/http/ascii.h"
#include "gateway/pages/markup.h"
#include "google/protobuf/util/time_util.h"

namespace forium::gateway {
namespace {

constexpr size_t kMaxAddresses = 50'000;
constexpr size_t kMaxBytes = 50'000'000;

std::string ListOf(std::string_view list, std::string_view item,
                   const std::vector<SitemapAddress>& addresses) {
  std::string out = Concat({"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<", list,
                            " xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"});
  size_t count = 0;
  for (const SitemapAddress& it : addresses) {
    const bool known = it.changed.seconds() != 0 || it.changed.nanos() != 0;
    const std::string entry =
        Concat({"<", item, "><loc>", EscapeMarkup(it.address), "</loc>", known ? "<lastmod>" : "",
                known ? google::protobuf::util::TimeUtil::ToString(it.changed) : "",
                known ? "</lastmod>" : "", "</", item, ">\n"});
    if (++count > kMaxAddresses || out.size() + entry.size() > kMaxBytes - 100) break;
    out += entry;
  }
  return out + Concat({"</", list, ">\n"});
}

}  // namespace

std::string SitemapOf(const std::vector<SitemapAddress>& pages) {
  return ListOf("urlset", "url", pages);
}

std::string SitemapIndexOf(const std::vector<SitemapAddress>& sitemaps) {
  return ListOf("sitemapindex", "sitemap", sitemaps);
}

}  // namespace forium::gateway
