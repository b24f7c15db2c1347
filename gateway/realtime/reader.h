// SPDX-License-Identifier: Apache-2.0
// Who listens: what is needed to ask services in his name for as long as he does. Immutable, shared
// by the connections of a thread's guests.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "gateway/http/message.h"

namespace forium::gateway {

inline constexpr int kLevels = 4;  // guest, member, moderator, administrator

struct Reader {
  std::string tenant;
  std::string host;
  std::string token;  // of cookie or bearer; empty for guests
  bool bearer = false;
  int level = 0;
  int64_t user_id = 0;
  int64_t session_id = 0;
  std::string username;
  std::string display_name;

  bool signed_in() const { return user_id != 0; }
};
using ReaderPointer = std::shared_ptr<const Reader>;

ReaderPointer ReaderOf(const Request& request);

}  // namespace forium::gateway
