// SPDX-License-Identifier: Apache-2.0
// Who acts, on which community's database, and when: what every rule of the forum is given first.
#pragma once

#include <cstdint>

#include "proto/forium/type/v1/principal.pb.h"
#include "services/base/database/database.h"
#include "services/forum/config.h"

namespace forium::forum {

// What decides which rows one sees. Level: 0 anonymous, 1 member, 2 moderator, 3 administrator.
struct Reader {
  int64_t user_id = 0;
  int64_t level = 0;

  bool moderator() const { return level >= 2; }
  bool member() const { return user_id != 0; }
};

struct Caller {
  database::Database& database;
  const type::v1::Principal& principal;
  const Config& config;
  Reader reader;
  int64_t now = 0;  // microseconds since 1970 UTC

  int64_t user_id() const { return reader.user_id; }
  bool moderator() const { return reader.moderator(); }
};

}  // namespace forium::forum
