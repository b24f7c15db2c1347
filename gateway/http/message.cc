// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/message.h"

#include "gateway/http/ascii.h"

namespace forium::gateway {

std::string_view MethodName(Method method) {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kPatch:
      return "PATCH";
    case Method::kDelete:
      return "DELETE";
    case Method::kOptions:
      return "OPTIONS";
    case Method::kOther:
      break;
  }
  return "OTHER";
}

std::string_view Request::Header(std::string_view name) const {
  for (const HeaderField& field : headers) {
    if (EqualsIgnoreCase(field.name, name)) return field.value;
  }
  return {};
}

std::optional<std::string_view> Request::Query(std::string_view name) const {
  for (const Parameter& parameter : query) {
    if (parameter.name == name) return parameter.value;
  }
  return std::nullopt;
}

std::string_view Request::Variable(std::string_view name) const {
  for (const Parameter& variable : variables) {
    if (variable.name == name) return variable.value;
  }
  return {};
}

bool Request::WantsHtml() const {
  return Header("accept").find("text/html") != std::string_view::npos;
}

Response Response::Html(std::string body, int status) {
  Response response;
  response.status = status;
  response.Add("Content-Type", "text/html; charset=utf-8");
  response.body = std::move(body);
  return response;
}

Response Response::Json(std::string body, int status) {
  Response response;
  response.status = status;
  response.Add("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

Response Response::Text(std::string body, int status) {
  Response response;
  response.status = status;
  response.Add("Content-Type", "text/plain; charset=utf-8");
  response.body = std::move(body);
  return response;
}

Response Response::Redirect(std::string location, int status) {
  Response response;
  response.status = status;
  response.Add("Location", std::move(location));
  return response;
}

Response Response::Empty(int status) {
  Response response;
  response.status = status;
  return response;
}

void Response::Set(std::string_view name, std::string value) {
  for (auto& [present, old] : headers) {
    if (EqualsIgnoreCase(present, name)) {
      old = std::move(value);
      return;
    }
  }
  headers.emplace_back(name, std::move(value));
}

std::string_view Response::Header(std::string_view name) const {
  for (const auto& [present, value] : headers) {
    if (EqualsIgnoreCase(present, name)) return value;
  }
  return {};
}

}  // namespace forium::gateway
