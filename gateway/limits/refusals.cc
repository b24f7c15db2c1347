// SPDX-License-Identifier: Apache-2.0
#include "gateway/limits/refusals.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>

#include "gateway/http/problem.h"
#include "gateway/limits/limited_page.h"
#include "gateway/limits/notices.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

constexpr int kSoonest = 4;
constexpr uint32_t kSpread = 11;

int RetryAfter() {
  static std::atomic<uint32_t> turn{0};
  return kSoonest + static_cast<int>(turn.fetch_add(1, std::memory_order_relaxed) % kSpread);
}

std::shared_ptr<const std::string> ShedProblem() {
  status::ErrorDetail detail;
  detail.set_reason(type::v1::UNAVAILABLE);
  detail.set_retry_after(kSoonest);
  return std::make_shared<const std::string>(
      ProblemJson(status::Error(absl::StatusCode::kUnavailable, detail,
                                "The community is very busy at the moment. Try again in a few "
                                "seconds."),
                  {}));
}

}  // namespace

Response ShedAnswer(const Request& request) {
  static const std::shared_ptr<const std::string> problem = ShedProblem();
  Response response;
  response.status = 503;
  const bool page = request.method == Method::kGet && !request.props_only && request.WantsHtml();
  response.Add("Content-Type", page ? "text/html; charset=utf-8" : "application/problem+json");
  response.Add("Cache-Control", "no-store");
  response.Add("Retry-After", std::to_string(RetryAfter()));
  if (page) {
    response.body = Body::Static(request.locale == "de" ? kBusyDeHtml : kBusyEnHtml);
  } else {
    response.body = problem;
  }
  return response;
}

Response LimitedAnswer(const Request& request, absl::Duration wait) {
  const absl::Duration whole = absl::Ceil(std::min(wait, absl::Hours(1)), absl::Seconds(1));
  const int seconds = static_cast<int>(absl::ToInt64Seconds(whole));
  if (ShowsPage(request)) return LimitedPage(request, seconds);
  status::ErrorDetail detail;
  detail.set_reason(type::v1::TOO_MANY_REQUESTS);
  detail.set_retry_after(seconds);
  const bool member = request.identity != nullptr && request.identity->signed_in();
  return ProblemResponse(
      status::Error(absl::StatusCode::kResourceExhausted, detail,
                    member ? "You sent too many requests. Wait a moment."
                           : "Too many requests came from your address. Wait a moment."),
      request.request_id);
}

Response DeniedAnswer(const Request& request) {
  return ProblemResponse(
      status::PermissionDenied("This address may not use the community. Ask its administrators."),
      request.request_id);
}

}  // namespace forium::gateway
