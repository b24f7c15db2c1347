// SPDX-License-Identifier: Apache-2.0
// The keys that session tickets are sealed with (RFC 5077, RFC 8446 4.6.1). A new one takes over
// every twelve hours; the one before it still opens tickets, then it is forgotten: what was
// recorded before cannot be read with a key stolen later. They live in this process only.
// Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace forium::gateway {

class TicketKeys {
 public:
  static constexpr absl::Duration kLifetime = absl::Hours(12);

  struct Key {
    std::array<uint8_t, 16> name;
    std::array<uint8_t, 32> cipher;  // AES-256-CBC
    std::array<uint8_t, 32> mac;     // HMAC-SHA-256
  };

  explicit TicketKeys(absl::Time now) : current_(Make()), made_(now) {}

  // The key to seal with at `now`.
  Key Current(absl::Time now);
  // The key of that name (16 bytes), unless it is too old.
  std::optional<Key> Find(std::string_view name, absl::Time now);

 private:
  static Key Make();
  void Rotate(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  Key current_ ABSL_GUARDED_BY(mutex_);
  std::optional<Key> former_ ABSL_GUARDED_BY(mutex_);
  absl::Time made_ ABSL_GUARDED_BY(mutex_);  // the current one
};

}  // namespace forium::gateway
