// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/channel.h"

#include "absl/synchronization/notification.h"
#include "services/base/observe/trace.h"
#include "services/base/rpc/grpc_transport.h"

namespace forium::rpc {

std::shared_ptr<Transport> Connect(const std::string& target, const Security& security) {
  return std::make_shared<GrpcTransport>(target, security);
}

Reply Channel::CallBytes(std::string_view method, const google::protobuf::MessageLite& request,
                         const CallOptions& options) {
  Reply result;
  absl::Notification finished;
  const auto done = [&](Reply reply) {
    result = std::move(reply);
    finished.Notify();
  };
  if (options.traceparent.empty() && observe::CurrentTrace().valid()) {
    observe::Span span(observe::SpanKind::kClient, method, observe::CurrentTrace());
    CallOptions traced = options;
    traced.traceparent = observe::Traceparent(span.context());
    Start(method, request, traced, done);
    finished.WaitForNotification();
    if (!result.status.ok()) span.Fail();
    return result;
  }
  Start(method, request, options, done);
  finished.WaitForNotification();
  return result;
}

}  // namespace forium::rpc
