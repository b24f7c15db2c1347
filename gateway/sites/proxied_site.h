// SPDX-License-Identifier: Apache-2.0
// HTTP services behind a host name: requests go to those that are well, in turn; one that does not
// answer is left out until it is well again. WebSocket and other upgrades pass through, bodies of
// answers as they come. Thread-safe.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/http/message.h"
#include "gateway/sites/config.h"
#include "gateway/sites/upstream.h"

namespace forium::gateway {

class ProxiedSite {
 public:
  // `urls`, separated by `|`. Health is asked on `pool`, which ends before it. Errors: one is none.
  static absl::StatusOr<std::unique_ptr<ProxiedSite>> Open(std::string_view urls,
                                                           const SitesConfig& config,
                                                           boost::asio::thread_pool& pool);
  ~ProxiedSite();
  ProxiedSite(const ProxiedSite&) = delete;
  ProxiedSite& operator=(const ProxiedSite&) = delete;

  boost::asio::awaitable<Response> Answer(const Request& request) const;
  const std::vector<std::shared_ptr<Upstream>>& upstreams() const { return upstreams_; }

 private:
  ProxiedSite(std::vector<std::shared_ptr<Upstream>> upstreams, const SitesConfig& config)
      : upstreams_(std::move(upstreams)), config_(config) {}
  // All of them, the next one that is well first.
  std::vector<std::shared_ptr<Upstream>> InTurn() const;

  const std::vector<std::shared_ptr<Upstream>> upstreams_;
  const SitesConfig& config_;
  mutable std::atomic<size_t> turn_ = 0;
};

}  // namespace forium::gateway
