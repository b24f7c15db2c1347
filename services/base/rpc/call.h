// SPDX-License-Identifier: Apache-2.0
// What a handler knows of its call.
#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "proto/forium/type/v1/principal.pb.h"

namespace forium::rpc {

struct Call {
  type::v1::Principal principal;  // verified; anonymous: user_id 0
  std::string tenant;
  std::string request_id;
  std::string peer_address;  // of the outside client, as the gateway saw it (`forium-peer`
                             // metadata); may be empty
  std::string user_agent;    // likewise (`forium-user-agent`)
  std::string traceparent;   // W3C Trace Context of the caller's span; may be empty
  absl::Time deadline;

  bool signed_in() const { return principal.user_id() != 0; }
  // 0 anonymous, 1 member, 2 moderator, 3 admin; the system reads everything.
  int level() const { return principal.system() ? 3 : static_cast<int>(principal.role()); }
  bool moderator() const { return level() >= 2; }
};

}  // namespace forium::rpc
