// SPDX-License-Identifier: Apache-2.0
// What a move remembers in the control database of its target, until it is complete: whose
// community it takes, and how far each table is. Used by one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/allinone/store_catalogue.h"
#include "services/base/database/database.h"

namespace forium::allinone {

class MoveProgress {
 public:
  MoveProgress(database::Database& control, Engine engine) : control_(control), engine_(engine) {}

  // Whose community is being moved there; empty if none is.
  absl::StatusOr<std::string> Identity();
  absl::Status Begin(std::string_view identity);
  // Empty at first.
  absl::StatusOr<std::string> StateOf(std::string_view table);
  absl::Status SetState(std::string_view table, std::string_view state);
  absl::Status End();

 private:
  database::Database& control_;
  const Engine engine_;
};

absl::StatusOr<std::vector<std::string>> TenantsOf(database::Database& control);
// Tells Postgres how much there is, for its plans.
absl::Status Analyse(database::Database& database);

}  // namespace forium::allinone
