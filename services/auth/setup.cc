// SPDX-License-Identifier: Apache-2.0
#include "services/auth/setup.h"

#include "absl/strings/str_cat.h"
#include "proto/forium/auth/v1/auth.pb.h"
#include "services/base/status/macros.h"

namespace forium::auth {

absl::StatusOr<std::string> SetupAddress(rpc::Channel& channel, const rpc::CallOptions& system,
                                         const std::string& base) {
  ASSIGN_OR_RETURN(const v1::Site site, channel.Call<v1::Site>("forium.auth.v1.AuthService.GetSite",
                                                               v1::GetSiteRequest(), system));
  if (site.ready()) return std::string();
  v1::ProvisionLinkRequest request;
  request.set_purpose(v1::Link::SETUP);
  ASSIGN_OR_RETURN(
      const v1::Link link,
      channel.Call<v1::Link>("forium.auth.v1.AuthService.ProvisionLink", request, system));
  return absl::StrCat(base, "/setup/", link.token());
}

}  // namespace forium::auth
