// SPDX-License-Identifier: Apache-2.0
// When tags were last dropped, in steps of a clock that moves with each drop: tells whether what
// began to be made at one step may have missed a later drop. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>

namespace forium::gateway {

class DropLog {
 public:
  uint64_t now() const { return now_.load(std::memory_order_acquire); }

  void Drop(std::span<const std::string> tags) {
    const std::lock_guard lock(mutex_);
    const uint64_t at = now_.fetch_add(1, std::memory_order_acq_rel) + 1;
    for (const std::string& tag : tags) dropped_[tag] = at;
    if (dropped_.size() > kRemembered) {
      dropped_.clear();
      floor_ = at;
    }
  }
  void DropAll() {
    const std::lock_guard lock(mutex_);
    dropped_.clear();
    floor_ = now_.fetch_add(1, std::memory_order_acq_rel) + 1;
  }
  bool DroppedSince(uint64_t begin, std::span<const std::string> tags) const {
    const std::lock_guard lock(mutex_);
    if (floor_ > begin) return true;
    for (const std::string& tag : tags) {
      const auto found = dropped_.find(tag);
      if (found != dropped_.end() && found->second > begin) return true;
    }
    return false;
  }

 private:
  // Drops that are remembered one by one; older ones count for every tag.
  static constexpr size_t kRemembered = 4096;

  mutable std::mutex mutex_;
  std::atomic<uint64_t> now_{0};
  std::unordered_map<std::string, uint64_t> dropped_;
  uint64_t floor_ = 0;
};

}  // namespace forium::gateway
