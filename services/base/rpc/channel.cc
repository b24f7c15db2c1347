// SPDX-License-Identifier: Apache-2.0
#include "services/base/rpc/channel.h"

#include "absl/synchronization/notification.h"
#include "services/base/rpc/grpc_transport.h"

namespace forium::rpc {

Channel::Channel(std::shared_ptr<grpc::Channel> channel)
    : transport_(std::make_shared<GrpcTransport>(std::move(channel))) {}

Reply Channel::CallBytes(std::string_view method, const google::protobuf::MessageLite& request,
                         const CallOptions& options) {
  Reply result;
  absl::Notification finished;
  Start(method, request, options, [&](Reply reply) {
    result = std::move(reply);
    finished.Notify();
  });
  finished.WaitForNotification();
  return result;
}

}  // namespace forium::rpc
