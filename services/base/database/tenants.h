// SPDX-License-Identifier: Apache-2.0
// The databases of one service, one a tenant: opened and migrated when first asked for, kept open.
// Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "services/base/database/database.h"

namespace forium::database {

class Tenants {
 public:
  // Opens the database of a tenant, for example `DATA/<tenant>/forum.db`.
  using Open = std::function<absl::StatusOr<std::unique_ptr<Database>>(std::string_view tenant)>;
  explicit Tenants(Open open) : open_(std::move(open)) {}

  // The tenant's database; stays valid as long as this object. Errors: what Open answers.
  absl::StatusOr<Database*> Get(std::string_view tenant);

 private:
  const Open open_;
  absl::Mutex mutex_;
  std::map<std::string, std::unique_ptr<Database>, std::less<>> databases_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace forium::database
