// SPDX-License-Identifier: Apache-2.0
// Sitemaps as https://www.sitemaps.org/protocol.html 0.9 has them. A file holds at most 50,000
// addresses and 50 MB; callers give far fewer, what is over is left out. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/timestamp.pb.h"

namespace forium::gateway {

struct SitemapAddress {
  std::string address = {};                  // absolute
  google::protobuf::Timestamp changed = {};  // 0: not known
};

// Addresses of pages.
std::string SitemapOf(const std::vector<SitemapAddress>& pages);
// Addresses of sitemaps.
std::string SitemapIndexOf(const std::vector<SitemapAddress>& sitemaps);

}  // namespace forium::gateway
