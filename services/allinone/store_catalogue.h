// SPDX-License-Identifier: Apache-2.0
// Which tables a database has, from the engine's own catalogue: for what treats all tables alike,
// without knowing what they mean.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/base/database/database.h"

namespace forium::allinone {

enum class Engine { kSqlite, kPostgres };

struct Column {
  enum class Kind { kNumber, kReal, kText, kBytes };
  std::string name;
  Kind kind = Kind::kText;
  int key = 0;  // its place in the primary key, from 1; 0: not in it
  bool operator==(const Column&) const = default;
};

struct Table {
  std::string name;
  std::vector<Column> columns;          // by name
  std::vector<std::string> references;  // tables that its foreign keys name
};

// All but the schema's own history; a table stands after those that it references. Errors: Internal
// for a table without primary key, a type that is not ours, or references in a circle.
absl::StatusOr<std::vector<Table>> TablesOf(database::Database& database, Engine engine);

}  // namespace forium::allinone
