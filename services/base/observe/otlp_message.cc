// SPDX-License-Identifier: Apache-2.0
#include "services/base/observe/otlp_message.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "absl/time/time.h"

namespace forium::observe {
namespace {

namespace otlp = opentelemetry::proto;
using Attributes = google::protobuf::RepeatedPtrField<otlp::common::v1::KeyValue>;

// OpenTelemetry's names where it has one.
std::string_view NameOf(Attribute attribute) {
  switch (attribute) {
    case Attribute::kHttpMethod:
      return "http.request.method";
    case Attribute::kHttpRoute:
      return "http.route";
    case Attribute::kHttpStatus:
      return "http.response.status_code";
    case Attribute::kRpcMethod:
      return "rpc.method";
    case Attribute::kRpcCode:
      return "rpc.grpc.status_code";
    case Attribute::kTenant:
      return "forium.tenant";
    case Attribute::kRequestId:
      return "forium.request_id";
    case Attribute::kSqlStatements:
      return "forium.sql_statements";
    case Attribute::kStream:
      return "messaging.destination.name";
    case Attribute::kListener:
      return "messaging.consumer.group.name";
  }
  return "";
}

void AddText(std::string_view key, std::string_view value, Attributes* attributes) {
  otlp::common::v1::KeyValue* const added = attributes->Add();
  added->set_key(std::string(key));
  added->mutable_value()->set_string_value(std::string(value));
}

void AppendBytes(uint64_t number, std::string* bytes) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes->push_back(static_cast<char>((number >> shift) & 0xFF));
  }
}

std::string TraceBytes(const TraceContext& context) {
  std::string bytes;
  AppendBytes(context.trace_high, &bytes);
  AppendBytes(context.trace_low, &bytes);
  return bytes;
}

std::string SpanBytes(const TraceContext& context) {
  std::string bytes;
  AppendBytes(context.span, &bytes);
  return bytes;
}

void Write(const SpanRecord& record, otlp::trace::v1::Span* span) {
  span->set_trace_id(TraceBytes(record.context));
  span->set_span_id(SpanBytes(record.context));
  if (record.parent.valid()) {
    span->set_parent_span_id(SpanBytes(record.parent));
    if (record.kind == SpanKind::kConsumer) {
      otlp::trace::v1::Span::Link* const link = span->add_links();
      link->set_trace_id(TraceBytes(record.parent));
      link->set_span_id(SpanBytes(record.parent));
    }
  }
  span->set_name(record.name);
  span->set_kind(static_cast<otlp::trace::v1::Span::SpanKind>(record.kind));
  span->set_start_time_unix_nano(static_cast<uint64_t>(absl::ToUnixNanos(record.start)));
  span->set_end_time_unix_nano(static_cast<uint64_t>(absl::ToUnixNanos(record.end)));
  for (const auto& [attribute, value] : record.attributes) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      AddText(NameOf(attribute), *text, span->mutable_attributes());
    } else {
      otlp::common::v1::KeyValue* const added = span->add_attributes();
      added->set_key(std::string(NameOf(attribute)));
      added->mutable_value()->set_int_value(std::get<int64_t>(value));
    }
  }
  if (record.failed) span->mutable_status()->set_code(otlp::trace::v1::Status::STATUS_CODE_ERROR);
}

}  // namespace

OtlpRequest OtlpMessage(const ExportOptions& options, const SpanRecords& spans) {
  OtlpRequest request;
  otlp::trace::v1::ResourceSpans* const resource_spans = request.add_resource_spans();
  Attributes* const resource = resource_spans->mutable_resource()->mutable_attributes();
  AddText("service.name", options.process, resource);
  AddText("service.version", options.version, resource);
  AddText("service.instance.id", options.instance, resource);
  otlp::trace::v1::ScopeSpans* const scope_spans = resource_spans->add_scope_spans();
  scope_spans->mutable_scope()->set_name("forium");
  scope_spans->mutable_scope()->set_version(options.version);
  for (const auto& record : spans) Write(*record, scope_spans->add_spans());
  return request;
}

}  // namespace forium::observe
