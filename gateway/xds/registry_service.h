// SPDX-License-Identifier: Apache-2.0
// Takes what processes say of themselves into the endpoints: one stream a process. Thread-safe.
#pragma once

#include <atomic>

#include "gateway/xds/endpoints.h"
#include "proto/forium/discovery/v1/registry.grpc.pb.h"

namespace forium::gateway {

class RegistryService final : public discovery::v1::Registry::CallbackService {
 public:
  explicit RegistryService(Endpoints& endpoints) : endpoints_(endpoints) {}

  grpc::ServerBidiReactor<discovery::v1::Registration, discovery::v1::Acknowledgement>* Register(
      grpc::CallbackServerContext* context) override;

 private:
  Endpoints& endpoints_;
  std::atomic<uint64_t> last_stream_ = 0;
};

}  // namespace forium::gateway
