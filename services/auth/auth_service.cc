// SPDX-License-Identifier: Apache-2.0
#include "services/auth/auth_service.h"

#include <utility>

#include "services/base/status/macros.h"

namespace forium::auth {
namespace {

// Registers `noun.*method` under a method of AuthService.
template <typename Noun, typename Request, typename Response>
void Handle(rpc::Server& server, const char* name, Noun& noun,
            absl::StatusOr<Response> (Noun::*method)(const rpc::Call&, const Request&)) {
  server.Handle<Request, Response>(std::string("forium.auth.v1.AuthService.") + name,
                                   [&noun, method](const rpc::Call& call, const Request& request) {
                                     return (noun.*method)(call, request);
                                   });
}

}  // namespace

absl::StatusOr<std::unique_ptr<AuthService>> AuthService::Create(const Config& config,
                                                                 database::Database& control,
                                                                 database::Tenants& databases,
                                                                 Clock clock) {
  RETURN_IF_ERROR(Services::CheckSecret(config.service_secret));
  ASSIGN_OR_RETURN(auto tenants, TenantDirectory::Open(control, databases, clock));
  ASSIGN_OR_RETURN(rpc::PrincipalSigner signer, OpenSigner(control, clock));
  return std::unique_ptr<AuthService>(
      new AuthService(config, std::move(tenants), std::move(signer), clock));
}

AuthService::AuthService(const Config& config, std::unique_ptr<TenantDirectory> tenants,
                         rpc::PrincipalSigner signer, const Clock& clock)
    : tenants_(std::move(tenants)),
      principals_(std::move(signer), clock),
      passwords_(config.passwords),
      throttle_(config.throttle, clock),
      site_(*tenants_, clock),
      sessions_(*tenants_, passwords_, throttle_, principals_, config, clock),
      accounts_(*tenants_, passwords_, throttle_, site_, sessions_, clock),
      roles_(*tenants_, clock),
      links_(*tenants_, passwords_, site_, sessions_, config, clock),
      staging_(*tenants_, passwords_, site_, clock),
      services_(*tenants_, throttle_, principals_, config.service_secret, clock) {}

void AuthService::Register(rpc::Server& server) {
  Handle(server, "CreateUser", accounts_, &Accounts::Create);
  Handle(server, "GetUser", accounts_, &Accounts::Get);
  Handle(server, "ListUsers", accounts_, &Accounts::List);
  Handle(server, "GetMe", accounts_, &Accounts::GetMe);
  Handle(server, "UpdateMe", accounts_, &Accounts::UpdateMe);
  Handle(server, "ChangePassword", accounts_, &Accounts::ChangePassword);
  Handle(server, "RenameUser", accounts_, &Accounts::Rename);
  Handle(server, "EraseUser", accounts_, &Accounts::Erase);
  Handle(server, "SetRole", roles_, &Roles::Set);
  Handle(server, "SuspendUser", roles_, &Roles::Suspend);
  Handle(server, "UnsuspendUser", roles_, &Roles::Unsuspend);

  Handle(server, "CreateSession", sessions_, &Sessions::Create);
  Handle(server, "ListSessions", sessions_, &Sessions::List);
  Handle(server, "DeleteSession", sessions_, &Sessions::Delete);
  Handle(server, "ResolveSession", sessions_, &Sessions::Resolve);

  server.Handle<v1::GetSigningKeysRequest, v1::SigningKeys>(
      "forium.auth.v1.AuthService.GetSigningKeys",
      [this](const rpc::Call&,
             const v1::GetSigningKeysRequest&) -> absl::StatusOr<v1::SigningKeys> {
        v1::SigningKeys keys;
        keys.add_public_keys(public_key());
        return keys;
      });

  Handle(server, "CreateLink", links_, &Links::Create);
  Handle(server, "GetLink", links_, &Links::Get);
  Handle(server, "RedeemLink", links_, &Links::Redeem);
  Handle(server, "ProvisionLink", links_, &Links::Provision);

  Handle(server, "GetSite", site_, &SiteSettings::Get);
  Handle(server, "UpdateSite", site_, &SiteSettings::Update);

  Handle(server, "IssueServicePrincipal", services_, &Services::Issue);
  Handle(server, "StageUsers", staging_, &Staging::Stage);
  Handle(server, "ProvisionUser", staging_, &Staging::Provision);
}

}  // namespace forium::auth
