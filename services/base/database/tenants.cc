// SPDX-License-Identifier: Apache-2.0
#include "services/base/database/tenants.h"

#include <utility>

#include "services/base/status/macros.h"

namespace forium::database {

absl::StatusOr<Database*> Tenants::Get(std::string_view tenant) {
  // Held while opening: two openers of one tenant would migrate twice, and opening is rare and
  // short.
  absl::MutexLock lock(&mutex_);
  const auto found = databases_.find(tenant);
  if (found != databases_.end()) return found->second.get();
  ASSIGN_OR_RETURN(std::unique_ptr<Database> database, open_(tenant));
  return databases_.emplace(tenant, std::move(database)).first->second.get();
}

}  // namespace forium::database
