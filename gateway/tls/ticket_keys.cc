// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/ticket_keys.h"

#include <openssl/rand.h>

#include <cstdlib>
#include <cstring>

namespace forium::gateway {

TicketKeys::Key TicketKeys::Make() {
  Key key;
  if (RAND_bytes(key.name.data(), key.name.size()) != 1 ||
      RAND_priv_bytes(key.cipher.data(), key.cipher.size()) != 1 ||
      RAND_priv_bytes(key.mac.data(), key.mac.size()) != 1)
    std::abort();  // without randomness there is no TLS
  return key;
}

void TicketKeys::Rotate(absl::Time now) {
  const absl::Duration age = now - made_;
  if (age < kLifetime) return;
  // Nobody came for a whole lifetime more: the current one is too old as well.
  if (age < 2 * kLifetime) {
    former_ = current_;
  } else {
    former_.reset();
  }
  current_ = Make();
  made_ = now;
}

TicketKeys::Key TicketKeys::Current(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  Rotate(now);
  return current_;
}

std::optional<TicketKeys::Key> TicketKeys::Find(std::string_view name, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  Rotate(now);
  const auto is = [name](const Key& key) {
    return name.size() == key.name.size() &&
           std::memcmp(name.data(), key.name.data(), name.size()) == 0;
  };
  if (is(current_)) return current_;
  if (former_.has_value() && is(*former_)) return former_;
  return std::nullopt;
}

}  // namespace forium::gateway
