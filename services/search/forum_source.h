// SPDX-License-Identifier: Apache-2.0
// The forum as the source of a community's index. Thread-safe.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "services/base/rpc/channel.h"
#include "services/search/index/index.h"

namespace forium::search {

// Options of a call by the system for a tenant: principal and tenant.
using SystemCall = std::function<absl::StatusOr<rpc::CallOptions>(std::string_view tenant)>;

class ForumSource : public Source {
 public:
  // `forum` outlives this object.
  ForumSource(rpc::Channel& forum, SystemCall system_call, std::string tenant)
      : forum_(forum), system_call_(std::move(system_call)), tenant_(std::move(tenant)) {}

  absl::StatusOr<forum::v1::GetSnapshotResponse> GetSnapshot(
      const forum::v1::GetSnapshotRequest& request) override;
  absl::StatusOr<forum::v1::ListChangesResponse> ListChanges(
      const forum::v1::ListChangesRequest& request) override;

 private:
  template <typename Response>
  absl::StatusOr<Response> Ask(std::string_view method,
                               const google::protobuf::MessageLite& request);

  rpc::Channel& forum_;
  const SystemCall system_call_;
  const std::string tenant_;
};

}  // namespace forium::search
