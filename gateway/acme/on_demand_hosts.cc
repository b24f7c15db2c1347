// SPDX-License-Identifier: Apache-2.0
#include "gateway/acme/on_demand_hosts.h"

#include <algorithm>
#include <utility>

namespace forium::gateway {
namespace {

// Forgets what is older than `window`.
void Trim(std::deque<absl::Time>& times, absl::Time now, absl::Duration window) {
  while (!times.empty() && times.front() <= now - window) times.pop_front();
}

}  // namespace

bool OnDemandHosts::Offer(const std::string& host, absl::Time now) {
  if (known_.contains(host)) return false;
  if (const auto refused = refused_.find(host); refused != refused_.end()) {
    if (now < refused->second) return false;
    refused_.erase(refused);
  }
  Trim(checks_, now, absl::Minutes(1));
  if (waiting_.size() >= kMaxWaiting || checks_.size() >= kChecksPerMinute) return false;
  checks_.push_back(now);
  known_.insert(host);
  waiting_.push_back(host);
  return true;
}

std::optional<std::string> OnDemandHosts::Next() {
  if (waiting_.empty()) return std::nullopt;
  std::string host = std::move(waiting_.front());
  waiting_.pop_front();
  return host;
}

void OnDemandHosts::Refuse(const std::string& host, absl::Time now, absl::Duration time) {
  known_.erase(host);
  if (refused_.size() >= kMaxRefused) {
    std::erase_if(refused_, [&](const auto& entry) { return entry.second <= now; });
    // Full of fresh ones: the one that would be forgotten first goes.
    if (refused_.size() >= kMaxRefused) {
      refused_.erase(std::min_element(refused_.begin(), refused_.end(),
                                      [](auto& a, auto& b) { return a.second < b.second; }));
    }
  }
  refused_[host] = now + time;
}

bool OnDemandHosts::Admit(const std::string& host, absl::Time now) {
  Trim(admitted_, now, absl::Hours(1));
  if (static_cast<int>(admitted_.size()) >= new_hosts_per_hour_) {
    Refuse(host, now, admitted_.empty() ? kRefusedFor : admitted_.front() + absl::Hours(1) - now);
    return false;
  }
  known_.erase(host);
  admitted_.push_back(now);
  return true;
}

}  // namespace forium::gateway
