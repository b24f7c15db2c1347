// SPDX-License-Identifier: Apache-2.0
#include "gateway/identity/origin.h"

#include "gateway/http/ascii.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

std::string_view WithoutPath(std::string_view url) {
  const size_t authority = url.find("//");
  if (authority == std::string_view::npos) return url;
  return url.substr(0, url.find('/', authority + 2));
}

bool IsOurs(std::string_view origin, const Request& request, const Config& config) {
  if (!config.public_url.empty() && EqualsIgnoreCase(origin, WithoutPath(config.public_url)))
    return true;
  const std::string_view scheme = request.secure ? "https://" : "http://";
  return origin.starts_with(scheme) && !request.host.empty() &&
         EqualsIgnoreCase(origin.substr(scheme.size()), request.host);
}

}  // namespace

absl::Status CheckOrigin(const Request& request, const Config& config) {
  if (request.method == Method::kGet || request.method == Method::kOptions) return absl::OkStatus();
  if (request.bearer && request.Header("cookie").empty()) return absl::OkStatus();
  const std::string_view origin = request.Header("origin");
  const std::string_view site = request.Header("sec-fetch-site");
  bool ours = false;
  if (!origin.empty()) {
    ours = IsOurs(origin, request, config);
  } else if (!site.empty()) {
    ours = site == "same-origin" || site == "none";
  } else {
    ours = request.session_token.empty();
  }
  if (ours) return absl::OkStatus();
  return status::Error(absl::StatusCode::kPermissionDenied, type::v1::CROSS_SITE,
                       "The request came from another site's page. Open this site and try again.");
}

bool IsOurOrigin(const Request& request, const Config& config) {
  return IsOurs(request.Header("origin"), request, config);
}

}  // namespace forium::gateway
