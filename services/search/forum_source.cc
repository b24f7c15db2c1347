// SPDX-License-Identifier: Apache-2.0
#include "services/search/forum_source.h"

#include "absl/time/clock.h"
#include "services/base/status/macros.h"

namespace forium::search {
namespace {

// A page of a snapshot is a megabyte.
constexpr absl::Duration kDeadline = absl::Seconds(30);

}  // namespace

template <typename Response>
absl::StatusOr<Response> ForumSource::Ask(std::string_view method,
                                          const google::protobuf::MessageLite& request) {
  ASSIGN_OR_RETURN(rpc::CallOptions options, system_call_(tenant_));
  options.deadline = absl::Now() + kDeadline;
  return forum_.Call<Response>("forium.forum.v1.ForumService." + std::string(method), request,
                               options);
}

absl::StatusOr<forum::v1::GetSnapshotResponse> ForumSource::GetSnapshot(
    const forum::v1::GetSnapshotRequest& request) {
  return Ask<forum::v1::GetSnapshotResponse>("GetSnapshot", request);
}

absl::StatusOr<forum::v1::ListChangesResponse> ForumSource::ListChanges(
    const forum::v1::ListChangesRequest& request) {
  return Ask<forum::v1::ListChangesResponse>("ListChanges", request);
}

}  // namespace forium::search
