// SPDX-License-Identifier: Apache-2.0
#include "services/forum/cooking.h"

#include "services/base/status/macros.h"
#include "services/forum/fields.h"

namespace forium::forum {

markdown::CookOptions CookOptionsFor(const Config& config) {
  markdown::CookOptions options;
  options.site_host = config.site_host;
  return options;
}

absl::StatusOr<markdown::Cooked> CookPost(const Config& config, std::string_view raw) {
  RETURN_IF_ERROR(CheckRaw(raw));
  return markdown::Cook(raw, CookOptionsFor(config));
}

absl::StatusOr<v1::PreviewPostResponse> PreviewPost(const Caller& caller,
                                                    const v1::PreviewPostRequest& request) {
  v1::PreviewPostResponse response;
  if (request.raw().empty()) return response;
  ASSIGN_OR_RETURN(markdown::Cooked cooked, CookPost(caller.config, request.raw()));
  *response.mutable_html() = std::move(cooked.html);
  return response;
}

}  // namespace forium::forum
