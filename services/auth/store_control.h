// SPDX-License-Identifier: Apache-2.0
// What auth keeps outside all tenants, as sentences within one transaction of the control database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/base/database/database.h"

namespace forium::auth {

struct StoredTenant {
  std::string id;
  std::string hosts;  // comma separated; empty: all that no other tenant has
  std::string state = "active";
};

class ControlStore {
 public:
  explicit ControlStore(database::Transaction& tx) : tx_(tx) {}

  absl::StatusOr<std::vector<StoredTenant>> Tenants();
  absl::Status AddTenant(const StoredTenant& tenant, absl::Time now);
  // The newest private key, 32 raw bytes, if there is one.
  absl::StatusOr<std::optional<std::string>> SigningKey();
  absl::Status AddSigningKey(const std::string& id, const std::string& private_key, absl::Time now);

 private:
  database::Transaction& tx_;
};

}  // namespace forium::auth
