// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/security_headers.h"

#include <string_view>

namespace forium::gateway {

SecurityHeaders::SecurityHeaders(const Config& config,
                                 const std::vector<std::string>& script_hashes) {
  // Referrer-Policy is left to the browsers' default, strict-origin-when-cross-origin.
  for_all_ = {{"X-Content-Type-Options", "nosniff"}};
  if (config.https() && config.tls.hsts > absl::ZeroDuration()) {
    for_all_.emplace_back("Strict-Transport-Security",
                          "max-age=" + std::to_string(absl::ToInt64Seconds(config.tls.hsts)));
  }
  std::string scripts = "'self'";
  for (const std::string& hash : script_hashes) scripts += " " + hash;
  for_html_ = {
      {"Content-Security-Policy",
       "default-src 'self'; script-src " + scripts +
           "; style-src 'self'; img-src 'self' data: https: http:; object-src 'none'; "
           "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
  };
  for_others_ = {{"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
                 {"Cross-Origin-Resource-Policy", "same-origin"}};
}

void SecurityHeaders::Apply(Response& response) const {
  if (!response.Header(for_all_.front().first).empty())
    return;  // a page inside another answer has them
  response.headers.insert(response.headers.end(), for_all_.begin(), for_all_.end());
  const std::string_view type = response.Header("content-type");
  // Policies are for documents; scripts and styles never are one, and each page loads several.
  const bool part = type.starts_with("text/javascript") || type.starts_with("text/css");
  if (response.body.empty() || part) return;
  const Fields& fields = type.starts_with("text/html") ? for_html_ : for_others_;
  for (const auto& [name, value] : fields) {
    // What is made for other sites says so by itself.
    if (response.Header(name).empty()) response.Add(name, value);
  }
}

}  // namespace forium::gateway
