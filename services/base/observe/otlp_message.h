// SPDX-License-Identifier: Apache-2.0
// Spans as OTLP has them. Pure functions.
#pragma once

#include "proto/opentelemetry/collector.pb.h"
#include "services/base/observe/otlp.h"
#include "services/base/observe/span_queue.h"

namespace forium::observe {

using OtlpRequest = opentelemetry::proto::collector::trace::v1::ExportTraceServiceRequest;
using OtlpResponse = opentelemetry::proto::collector::trace::v1::ExportTraceServiceResponse;

OtlpRequest OtlpMessage(const ExportOptions& options, const SpanRecords& spans);

}  // namespace forium::observe
