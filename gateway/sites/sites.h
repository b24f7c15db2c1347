// SPDX-License-Identifier: Apache-2.0
// The other sites of this process by their host names: blog and app beside the community.
// Thread-safe after Open.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "gateway/http/message.h"
#include "gateway/sites/config.h"
#include "gateway/sites/proxied_site.h"
#include "gateway/sites/static_site.h"

namespace forium::gateway {

struct Site {
  std::unique_ptr<StaticSite> files;  // or
  std::unique_ptr<ProxiedSite> services;

  boost::asio::awaitable<Response> Answer(const Request& request) const {
    return files != nullptr ? files->Answer(request) : services->Answer(request);
  }
};

struct UpstreamFacts {
  std::string url;
  bool well = false;
};

// Of one site, for the status page; without upstreams it is a folder.
struct SiteFacts {
  std::string host;
  std::vector<UpstreamFacts> upstreams;
};

class Sites {
 public:
  explicit Sites(const SitesConfig& config) : config_(config) {}
  ~Sites();

  // Errors: an entry of `sites` is malformed, or its folder is not there.
  absl::Status Open();

  // The site of a Host field, port and all; nullptr: the community.
  const Site* Find(std::string_view host) const;
  // Their names, `*.example.org` among them.
  std::vector<std::string> hosts() const;
  // In the order of their names.
  std::vector<SiteFacts> Facts() const;

 private:
  const SitesConfig& config_;
  boost::asio::thread_pool pool_{2};
  absl::flat_hash_map<std::string, Site> sites_;
};

}  // namespace forium::gateway
