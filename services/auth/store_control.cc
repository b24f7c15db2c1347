// SPDX-License-Identifier: Apache-2.0
#include "services/auth/store_control.h"

#include "absl/strings/escaping.h"
#include "services/auth/text.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::auth {

using database::Row;
using database::Statement;

namespace {

constexpr Statement kTenants{"tenants", "SELECT id, hosts, state FROM tenants"};

}  // namespace

absl::StatusOr<std::vector<StoredTenant>> ControlStore::Tenants() {
  std::vector<StoredTenant> tenants;
  RETURN_IF_ERROR(tx_.Query(kTenants, [&](const Row& row) {
    tenants.push_back({.id = std::string(row.Text(0)),
                       .hosts = std::string(row.Text(1)),
                       .state = std::string(row.Text(2))});
  }));
  return tenants;
}

namespace {

constexpr Statement kInsertTenant{
    "insert_tenant", "INSERT INTO tenants (id, hosts, state, created_at) VALUES ($1, $2, $3, $4)"};

}  // namespace

absl::Status ControlStore::AddTenant(const StoredTenant& tenant, absl::Time now) {
  return tx_.Execute(kInsertTenant, tenant.id, tenant.hosts, tenant.state, absl::ToUnixMicros(now))
      .status();
}

namespace {

constexpr Statement kSigningKey{
    "signing_key", "SELECT private_key FROM signing_keys ORDER BY created_at DESC, id LIMIT 1"};

}  // namespace

absl::StatusOr<std::optional<std::string>> ControlStore::SigningKey() {
  std::optional<std::string> encoded;
  RETURN_IF_ERROR(tx_.Query(kSigningKey, [&](const Row& row) { encoded = row.Text(0); }));
  if (!encoded) return std::nullopt;
  std::string key;
  if (!absl::Base64Unescape(*encoded, &key)) return status::Internal("the signing key is broken");
  return key;
}

namespace {

constexpr Statement kInsertSigningKey{
    "insert_signing_key",
    "INSERT INTO signing_keys (id, private_key, created_at) VALUES ($1, $2, $3)"};

}  // namespace

absl::Status ControlStore::AddSigningKey(const std::string& id, const std::string& private_key,
                                         absl::Time now) {
  return tx_
      .Execute(kInsertSigningKey, id, absl::Base64Escape(private_key), absl::ToUnixMicros(now))
      .status();
}

}  // namespace forium::auth
