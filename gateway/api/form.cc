// SPDX-License-Identifier: Apache-2.0
#include "gateway/api/form.h"

#include <boost/json.hpp>

#include "gateway/api/fields.h"
#include "gateway/http/ascii.h"
#include "gateway/http/problem.h"
#include "gateway/http/url.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

constexpr std::string_view kFormType = "application/x-www-form-urlencoded";

bool IsSecret(std::string_view name) {
  return name.find("password") != std::string_view::npos ||
         name.find("token") != std::string_view::npos;
}

}  // namespace

bool IsFormControl(std::string_view name) {
  return name == "_method" || name == "_next" || name == "_page";
}

absl::Status ReadForm(Request& request) {
  if (request.is_form || request.method != Method::kPost) return absl::OkStatus();
  std::string_view type = request.Header("content-type");
  if (!EqualsIgnoreCase(Trim(TakeUntil(type, ';')), kFormType)) return absl::OkStatus();
  auto pairs = ParsePairs(request.body);
  if (!pairs.has_value()) {
    return status::Error(absl::StatusCode::kInvalidArgument, type::v1::INVALID_FIELD,
                         "The form is malformed: its text must be UTF-8.");
  }
  request.form = *std::move(pairs);
  request.is_form = true;
  const std::string_view method = FormControl(request, "_method");
  for (const Method known : {Method::kPut, Method::kPatch, Method::kDelete}) {
    if (EqualsIgnoreCase(method, MethodName(known))) request.method = known;
  }
  return absl::OkStatus();
}

std::string_view FormControl(const Request& request, std::string_view name) {
  for (const Request::Parameter& parameter : request.form) {
    if (parameter.name == name) return parameter.value;
  }
  return {};
}

std::string NextPath(std::string_view next, const google::protobuf::Message& answer) {
  std::string path;
  while (!next.empty()) {
    const size_t open = next.find('{');
    const size_t close = open == std::string_view::npos ? open : next.find('}', open);
    if (close == std::string_view::npos) {
      path += next;
      break;
    }
    path += next.substr(0, open);
    path += PercentEncode(TextOf(answer, next.substr(open + 1, close - open - 1)));
    next.remove_prefix(close + 1);
  }
  return IsLocalPath(path) ? path : "/";
}

std::string FailedForm(const Request& request, const absl::Status& error) {
  boost::json::object values;
  for (const auto& [name, value] : request.form) {
    if (IsFormControl(name) || IsSecret(name)) continue;
    if (const auto present = values.find(name); present != values.end()) {
      present->value() = std::string(present->value().as_string()) + "," + value;
    } else {
      values[name] = value;
    }
  }
  return Concat({"{\"values\":", boost::json::serialize(values),
                 ",\"error\":", ProblemJson(error, request.request_id), "}"});
}

}  // namespace forium::gateway
