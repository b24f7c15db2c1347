// SPDX-License-Identifier: Apache-2.0
#include "gateway/pages/guest_documents.h"

#include "proto/forium/auth/v1/auth.pb.h"
#include "services/base/status/macros.h"

namespace forium::gateway {

boost::asio::awaitable<absl::Status> BecomeGuest(PageMaker& maker, Request& request) {
  if (!request.identity->signed_in()) co_return absl::OkStatus();
  auth::v1::ResolveSessionRequest nobody;
  nobody.set_host(std::string(request.host));
  CO_ASSIGN_OR_RETURN(
      const auto resolved,
      co_await Fetch<auth::v1::ResolveSessionResponse>(
          maker.services().auth, "forium.auth.v1.AuthService.ResolveSession", nobody, request));
  auto guest = std::make_shared<Identity>();
  guest->signed_principal = resolved.signed_principal();
  type::v1::SignedPrincipal envelope;
  if (!envelope.ParseFromString(guest->signed_principal) ||
      !guest->principal.ParseFromString(envelope.principal()) || guest->signed_in()) {
    co_return status::Internal("auth answered no guest");
  }
  request.identity = std::move(guest);
  co_return absl::OkStatus();
}

boost::asio::awaitable<absl::Status> RequireIndexed(PageMaker& maker, Request& request) {
  CO_ASSIGN_OR_RETURN(const auto site, co_await maker.frame().LoadSite(request));
  if (site->indexed) co_return absl::OkStatus();
  co_return status::NotFound("This community is not for search engines.");
}

}  // namespace forium::gateway
