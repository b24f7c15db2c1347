// SPDX-License-Identifier: Apache-2.0
// Who is always let in and who never: `allow` and `deny`. Items are networks, or `@file` with one a
// line, read again by Reload (SIGHUP) and ReloadIfChanged (a timer). A file with a mistake leaves
// the lists as they were. Thread-safe; costs nothing while both lists are empty.
// Metrics: forium_gateway_connections_denied_total, forium_gateway_address_ranges.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "gateway/limits/cidr.h"
#include "gateway/limits/config.h"
#include "gateway/limits/ip_address.h"

namespace forium::gateway {

enum class Access : uint8_t { kUsual, kAllowed, kDenied };

class AddressLists {
 public:
  explicit AddressLists(const LimitsConfig& config);

  // Reads everything. Before the first call both lists are empty.
  absl::Status Reload();
  // Reload, if a file has another time, size or place than when it was read.
  absl::Status ReloadIfChanged();

  // Allowed: neither denied nor limited. The caller refuses the denied: at accept by closing, or,
  // when a proxy of ours tells who it is, by 403.
  Access Of(const IpAddress& address) const;
  // All are usual.
  bool empty() const { return empty_.load(std::memory_order_relaxed); }
  // Counts a refusal.
  void CountDenied() const;

 private:
  struct Lists {
    CidrSet allow;
    CidrSet deny;
  };
  std::string Stamps() const;  // of all files, as they are now

  const std::vector<std::string> allow_;
  const std::vector<std::string> deny_;

  std::atomic<bool> empty_{true};
  mutable absl::Mutex mutex_;
  std::shared_ptr<const Lists> lists_ ABSL_GUARDED_BY(mutex_);
  std::string stamps_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace forium::gateway
