// SPDX-License-Identifier: Apache-2.0
#include "services/auth/tenants.h"

#include "absl/strings/ascii.h"
#include "services/auth/store_control.h"
#include "services/auth/text.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::auth {
namespace {

std::string NormalHost(std::string_view host) {
  host = Trim(host);
  const size_t colon = host.rfind(':');
  // In `[::1]` the colons are the address's.
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
    host = host.substr(0, colon);
  }
  if (host.ends_with('.')) host.remove_suffix(1);
  return absl::AsciiStrToLower(ForAbseil(host));
}

}  // namespace

absl::StatusOr<std::unique_ptr<TenantDirectory>> TenantDirectory::Open(database::Database& control,
                                                                       database::Tenants& databases,
                                                                       const Clock& clock) {
  std::vector<StoredTenant> tenants;
  RETURN_IF_ERROR(control.Write([&](database::Transaction& tx) -> absl::Status {
    ControlStore store(tx);
    ASSIGN_OR_RETURN(tenants, store.Tenants());
    if (!tenants.empty()) return absl::OkStatus();
    tenants.push_back({.id = "default", .hosts = ""});
    return store.AddTenant(tenants.front(), clock());
  }));
  std::unique_ptr<TenantDirectory> directory(new TenantDirectory(databases));
  for (const StoredTenant& tenant : tenants) {
    if (tenant.state != "active") continue;
    directory->tenants_.insert(tenant.id);
    if (tenant.hosts.empty()) directory->otherwise_ = tenant.id;
    for (const std::string_view host : Split(tenant.hosts, ',')) {
      if (!Trim(host).empty()) directory->by_host_[NormalHost(host)] = tenant.id;
    }
  }
  return directory;
}

absl::StatusOr<database::Database*> TenantDirectory::DatabaseOf(std::string_view tenant) {
  if (!tenants_.contains(tenant)) return status::NotFound("There is no such community.");
  return databases_.Get(tenant);
}

absl::StatusOr<std::string> TenantDirectory::TenantOf(std::string_view host) const {
  const auto found = by_host_.find(NormalHost(host));
  if (found != by_host_.end()) return found->second;
  if (otherwise_.empty()) return status::NotFound("There is no community at this address.");
  return otherwise_;
}

absl::StatusOr<rpc::PrincipalSigner> OpenSigner(database::Database& control, const Clock& clock) {
  std::string key;
  RETURN_IF_ERROR(control.Write([&](database::Transaction& tx) -> absl::Status {
    ControlStore store(tx);
    ASSIGN_OR_RETURN(const std::optional<std::string> kept, store.SigningKey());
    key = kept ? *kept : rpc::PrincipalSigner::NewPrivateKey();
    if (kept) return absl::OkStatus();
    ASSIGN_OR_RETURN(const rpc::PrincipalSigner signer, rpc::PrincipalSigner::Create(key));
    return store.AddSigningKey(signer.key_id(), key, clock());
  }));
  return rpc::PrincipalSigner::Create(key);
}

}  // namespace forium::auth
