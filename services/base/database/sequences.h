// SPDX-License-Identifier: Apache-2.0
// The tables that each database has before its first migration, and the statements on `sequences`.
#pragma once

#include "services/base/database/database.h"

namespace forium::database {

inline constexpr std::string_view kEngineTables = R"(
CREATE TABLE IF NOT EXISTS sequences (
  kind TEXT PRIMARY KEY,
  next BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS schema_migrations (
  number BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  applied_at BIGINT NOT NULL
);
)";

inline constexpr Statement kNextId{"next_id", R"(
INSERT INTO sequences (kind, next) VALUES ($1, 2)
ON CONFLICT (kind) DO UPDATE SET next = sequences.next + 1
RETURNING next - 1)"};

inline constexpr Statement kRaiseId{"raise_id", R"(
INSERT INTO sequences (kind, next) VALUES ($1, $2)
ON CONFLICT (kind) DO UPDATE SET next =
  CASE WHEN sequences.next < excluded.next THEN excluded.next ELSE sequences.next END)"};

}  // namespace forium::database
