// SPDX-License-Identifier: Apache-2.0
// How many live connections there are, in all and by address. Thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "gateway/realtime/config.h"

namespace forium::gateway {

class Places : public std::enable_shared_from_this<Places> {
 public:
  explicit Places(const RealtimeConfig& config) : config_(config) {}

  // Free again when the last copy goes.
  using Place = std::shared_ptr<void>;
  // nullptr: there are too many, in all or of that address (IPv6: of its /64).
  Place Take(std::string_view address);
  int taken() const { return taken_; }

 private:
  void Free(const std::string& network);

  const RealtimeConfig& config_;
  std::atomic<int> taken_{0};
  std::mutex mutex_;
  absl::flat_hash_map<std::string, int> networks_;
};

}  // namespace forium::gateway
