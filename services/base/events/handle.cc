// SPDX-License-Identifier: Apache-2.0
#include "services/base/events/handle.h"

#include <exception>

#include "services/base/observe/trace.h"
#include "services/base/status/status.h"

namespace forium::events {

absl::Status Handle(const std::string& listener, const Handler& handler, std::string_view stream,
                    const Event& event) {
  observe::Span span(observe::SpanKind::kConsumer, "handle event",
                     observe::ParseTraceparent(event.traceparent()));
  span.Set(observe::Attribute::kListener, listener);
  span.Set(observe::Attribute::kStream, stream);
  span.Set(observe::Attribute::kTenant, event.tenant());
  const observe::TraceScope scope(span);
  absl::Status status;
  try {
    status = handler(stream, event);
  } catch (const std::exception& exception) {
    status = status::Internal(exception.what());
  }
  if (!status.ok()) span.Fail();
  return status;
}

}  // namespace forium::events
