// SPDX-License-Identifier: Apache-2.0
// The page for errors. When even that cannot be made, a plain one.
#include "gateway/http/ascii.h"
#include "gateway/http/problem.h"
#include "gateway/http/url.h"
#include "gateway/pages/loaders.h"
#include "gateway/pages/markup.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

Title TitleOf(int code) {
  if (code == 401 || code == 403) return Title::kForbidden;
  return code >= 500 ? Title::kFailed : Title::kNotFound;
}

std::string LoginPath(const Request& request) {
  std::string here(request.path);
  if (!request.raw_query.empty()) here += Concat({"?", request.raw_query});
  if (!IsLocalPath(here)) here = "/";
  return Concat({"/login?next=", PercentEncode(here)});
}

// Needs nothing but the error.
Response PlainPage(const Request& request, const absl::Status& error, int code) {
  if (request.props_only) return ProblemResponse(error, request.request_id, code);
  const std::string_view phrase = ReasonPhrase(code);
  const auto message = error.message();
  return Response::Html(
      Concat({"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta "
              "name=\"viewport\" content=\"width=device-width\"><title>",
              phrase, "</title></head><body><h1>", phrase, "</h1><p>",
              EscapeMarkup({message.data(), message.size()}), "</p><p><a href=\"/\">/</a></p><p>",
              request.request_id, "</p></body></html>"}),
      code);
}

}  // namespace

boost::asio::awaitable<Response> ErrorPage(PageMaker& maker, Request& request,
                                           const absl::Status& error) {
  const status::Reason reason = status::ReasonOf(error);
  const int code = status::HttpStatus(error);
  if (reason == type::v1::SIGN_IN_REQUIRED && request.method == Method::kGet) {
    co_return PageMaker::Redirect(request, LoginPath(request), 303);
  }
  absl::StatusOr<FrameParts> parts = co_await maker.frame().Load(request);
  if (!parts.ok()) co_return PlainPage(request, error, code);
  const auto message = error.message();
  Page page;
  page.name = "error";
  page.data = Concat({"{\"status\":", std::to_string(code),
                      ",\"reason\":", Quoted(type::v1::Reason_Name(reason)),
                      ",\"detail\":", Quoted({message.data(), message.size()}),
                      ",\"requestId\":", Quoted(request.request_id), "}"});
  page.title = TitleText(TitleOf(code), PageMaker::LocaleOf(request, *parts->site));
  page.index = false;
  page.status = code;
  auto response = co_await maker.Make(request, *std::move(parts), std::move(page));
  if (!response.ok()) co_return PlainPage(request, error, code);
  response->Set("Cache-Control", "private, no-cache");
  co_return *std::move(response);
}

}  // namespace forium::gateway
