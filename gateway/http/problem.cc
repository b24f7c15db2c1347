// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/problem.h"

#include <boost/json.hpp>

#include "services/base/status/status.h"

namespace forium::gateway {

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 499:
      return "Client Closed Request";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:  // of another site's service; what it means is in the number (RFC 9112, 4)
      return "Other";
  }
}

std::string ProblemJson(const absl::Status& status, std::string_view request_id, int http_status) {
  if (http_status == 0) http_status = status::HttpStatus(status);
  status::ErrorDetail detail = status::DetailOf(status);
  // Failures without a reason did not come from our own code: their text may hold private causes.
  std::string text(status.message());
  if (detail.reason() == type::v1::REASON_UNSPECIFIED && http_status >= 500) {
    detail.set_reason(http_status == 503   ? type::v1::UNAVAILABLE
                      : http_status == 504 ? type::v1::DEADLINE
                                           : type::v1::INTERNAL);
    text = http_status == 500
               ? "Something went wrong on our side. Try again; if it happens again, tell an "
                 "administrator the request id."
               : "A part of the server is away or too slow. Try again in a moment.";
  }

  boost::json::object problem;
  problem["type"] = "about:blank";
  problem["title"] = std::string(ReasonPhrase(http_status));
  problem["status"] = http_status;
  problem["detail"] = text;
  if (detail.reason() != type::v1::REASON_UNSPECIFIED)
    problem["reason"] = type::v1::Reason_Name(detail.reason());
  if (!detail.field().empty()) problem["field"] = detail.field();
  if (!request_id.empty()) problem["requestId"] = std::string(request_id);
  if (detail.retry_after() > 0) problem["retryAfter"] = detail.retry_after();
  if (!detail.metadata().empty()) {
    boost::json::object metadata;
    for (const auto& [key, value] : detail.metadata()) metadata[key] = value;
    problem["metadata"] = std::move(metadata);
  }
  return boost::json::serialize(problem);
}

Response ProblemResponse(const absl::Status& status, std::string_view request_id, int http_status) {
  Response response;
  response.status = http_status == 0 ? status::HttpStatus(status) : http_status;
  response.Add("Content-Type", "application/problem+json");
  response.Add("Cache-Control", "no-store");
  if (const int wait = status::DetailOf(status).retry_after(); wait > 0) {
    response.Add("Retry-After", std::to_string(wait));
  }
  if (response.status == 401) response.Add("WWW-Authenticate", "Bearer");
  response.body = ProblemJson(status, request_id, response.status);
  return response;
}

}  // namespace forium::gateway
