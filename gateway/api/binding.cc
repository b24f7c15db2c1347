// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstdlib>

#include "gateway/api/fields.h"
#include "gateway/api/form.h"
#include "gateway/api/json_body.h"
#include "gateway/api/transcoder.h"
#include "gateway/http/ascii.h"
#include "proto/google/api/annotations.pb.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"

namespace forium::gateway {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kLongestRequestId = 128;

Endpoint MakeEndpoint(const google::protobuf::MethodDescriptor& rpc,
                      const google::api::HttpRule& rule, rpc::Channel* channel) {
  Endpoint endpoint{&rpc, channel, Method::kOther, {}, rule.body()};
  const auto set = [&endpoint](Method method, const std::string& pattern) {
    endpoint.method = method;
    endpoint.pattern = pattern;
  };
  if (!rule.get().empty()) set(Method::kGet, rule.get());
  if (!rule.post().empty()) set(Method::kPost, rule.post());
  if (!rule.put().empty()) set(Method::kPut, rule.put());
  if (!rule.patch().empty()) set(Method::kPatch, rule.patch());
  if (!rule.delete_().empty()) set(Method::kDelete, rule.delete_());
  bool fits = endpoint.method != Method::kOther;
  if (!endpoint.body.empty() && endpoint.body != "*") {
    const FieldDescriptor* body = rpc.input_type()->FindFieldByName(endpoint.body);
    fits = fits && body != nullptr && body->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
           !body->is_repeated();
  }
  if (!fits) {
    std::fprintf(stderr, "the HTTP annotation of %s does not fit it\n", rpc.full_name().c_str());
    std::abort();
  }
  return endpoint;
}

absl::Status BindBody(const Endpoint& endpoint, const Request& request, Message& message) {
  if (request.is_form) {
    for (const auto& [name, value] : request.form) {
      if (IsFormControl(name)) continue;
      RETURN_IF_ERROR(SetFromText(message, name, value, TextSource::kForm));
    }
    return absl::OkStatus();
  }
  if (request.body.empty() || request.method == Method::kGet) return absl::OkStatus();
  std::string_view type = request.Header("content-type");
  if (!EqualsIgnoreCase(Trim(TakeUntil(type, ';')), "application/json")) {
    return status::Error(absl::StatusCode::kInvalidArgument, type::v1::INVALID_JSON,
                         "The body must be JSON, with `Content-Type: application/json`.");
  }
  // A call without a body binding takes its fields from a body as well as from the query: some
  // clients cannot send a query with DELETE.
  if (endpoint.body.empty() || endpoint.body == "*") return FillFromJson(request.body, message);
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(endpoint.body);
  return FillFromJson(request.body, *message.GetReflection()->MutableMessage(&message, field));
}

absl::Status BindHeaders(const Request& request, Message& message) {
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  if (const std::string_view key = request.Header("idempotency-key"); !key.empty()) {
    if (const FieldDescriptor* field = type.FindFieldByName("request_id")) {
      if (key.size() > kLongestRequestId) {
        return status::InvalidField("request_id", "`Idempotency-Key` has at most 128 characters.");
      }
      message.GetReflection()->SetString(&message, field, std::string(key));
    }
  }
  if (std::string_view match = request.Header("if-match"); !match.empty()) {
    if (type.FindFieldByName("revision") != nullptr) {
      if (match.starts_with("W/")) match.remove_prefix(2);
      if (match.size() >= 2 && match.front() == '"' && match.back() == '"')
        match = match.substr(1, match.size() - 2);
      RETURN_IF_ERROR(SetFromText(message, "revision", match, TextSource::kQuery));
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<Endpoint> EndpointsOf(const google::protobuf::ServiceDescriptor& service,
                                  rpc::Channel* channel) {
  std::vector<Endpoint> endpoints;
  for (int i = 0; i < service.method_count(); ++i) {
    const google::protobuf::MethodDescriptor& rpc = *service.method(i);
    if (!rpc.options().HasExtension(google::api::http)) continue;
    const google::api::HttpRule& rule = rpc.options().GetExtension(google::api::http);
    endpoints.push_back(MakeEndpoint(rpc, rule, channel));
    for (const google::api::HttpRule& further : rule.additional_bindings()) {
      endpoints.push_back(MakeEndpoint(rpc, further, channel));
    }
  }
  return endpoints;
}

absl::Status BindRequest(const Endpoint& endpoint, const Request& request, Message& message) {
  RETURN_IF_ERROR(BindBody(endpoint, request, message));
  for (const auto& [name, value] : request.query) {
    if (endpoint.body == "*") {
      return status::Error(absl::StatusCode::kInvalidArgument, type::v1::UNKNOWN_FIELD,
                           "This call takes its fields from the body, not from the address.", name);
    }
    RETURN_IF_ERROR(SetFromText(message, name, value, TextSource::kQuery));
  }
  for (const auto& [name, value] : request.variables) {
    const FieldDescriptor* field = FindField(*message.GetDescriptor(), name);
    if (field != nullptr) message.GetReflection()->ClearField(&message, field);
    const absl::Status set = SetFromText(message, name, value, TextSource::kQuery);
    // `/topics/x` is no topic: there is nothing there, rather than something wrong with the call.
    if (!set.ok()) return status::NotFound("There is nothing at this address.");
  }
  return BindHeaders(request, message);
}

}  // namespace forium::gateway
