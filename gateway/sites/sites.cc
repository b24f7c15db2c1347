// SPDX-License-Identifier: Apache-2.0
#include "gateway/sites/sites.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"

namespace forium::gateway {
namespace {

std::string NameOf(std::string_view host) {
  const size_t colon = host.rfind(':');
  const size_t bracket = host.rfind(']');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    host = host.substr(0, colon);
  }
  if (host.ends_with('.')) host.remove_suffix(1);
  return absl::AsciiStrToLower(absl::string_view(host.data(), host.size()));
}

}  // namespace

Sites::~Sites() {
  pool_.stop();
  pool_.join();
}

absl::Status Sites::Open() {
  for (const std::string& entry : config_.sites) {
    const size_t equals = entry.find('=');
    const std::string host = NameOf(entry.substr(0, equals));
    const std::string target = equals == std::string::npos ? "" : entry.substr(equals + 1);
    if (host.empty() || target.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "`sites`: `", entry, "` is neither HOST=/folder nor HOST=http://ADDR:PORT."));
    }
    Site site;
    if (target.starts_with('/') || target.starts_with('.')) {
      ASSIGN_OR_RETURN(site.files, StaticSite::Open(target, pool_));
    } else {
      ASSIGN_OR_RETURN(site.services, ProxiedSite::Open(target, config_, pool_));
    }
    if (!sites_.emplace(host, std::move(site)).second) {
      return absl::InvalidArgumentError(absl::StrCat("`sites` names ", host, " twice."));
    }
  }
  return absl::OkStatus();
}

const Site* Sites::Find(std::string_view host) const {
  if (sites_.empty()) return nullptr;
  const std::string name = NameOf(host);
  if (const auto exact = sites_.find(name); exact != sites_.end()) return &exact->second;
  const size_t dot = name.find('.');
  if (dot == std::string::npos) return nullptr;
  const auto below = sites_.find(absl::StrCat("*", name.substr(dot)));
  return below == sites_.end() ? nullptr : &below->second;
}

std::vector<std::string> Sites::hosts() const {
  std::vector<std::string> hosts;
  for (const auto& [host, site] : sites_) hosts.push_back(host);
  return hosts;
}

std::vector<SiteFacts> Sites::Facts() const {
  std::vector<SiteFacts> all;
  for (const auto& [host, site] : sites_) {
    SiteFacts facts{.host = host, .upstreams = {}};
    if (site.services != nullptr) {
      for (const auto& upstream : site.services->upstreams()) {
        facts.upstreams.push_back({.url = upstream->url(), .well = upstream->well()});
      }
    }
    all.push_back(std::move(facts));
  }
  std::sort(all.begin(), all.end(),
            [](const SiteFacts& a, const SiteFacts& b) { return a.host < b.host; });
  return all;
}

}  // namespace forium::gateway
