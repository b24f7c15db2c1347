// SPDX-License-Identifier: Apache-2.0
// Carries calls to servers of other processes, and again to another one where that is safe.
// Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "grpcpp/generic/generic_stub.h"
#include "services/base/rpc/channel.h"

namespace forium::rpc {

class GrpcTransport final : public Transport {
 public:
  explicit GrpcTransport(std::shared_ptr<grpc::Channel> channel);
  void Start(std::string_view method, const google::protobuf::MessageLite& request,
             const CallOptions& options, std::function<void(Reply)> done) override;

 private:
  // Shared with the calls under way.
  const std::shared_ptr<grpc::GenericStub> stub_;
};

}  // namespace forium::rpc
