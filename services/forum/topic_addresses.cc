// SPDX-License-Identifier: Apache-2.0
#include "services/forum/topic_addresses.h"

#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/store.h"

namespace forium::forum {

absl::StatusOr<v1::ListTopicAddressesResponse> ListTopicAddresses(
    const Caller& caller, const v1::ListTopicAddressesRequest& request) {
  if (request.segment() < -1) {
    return status::InvalidField("segment", "Segments begin at 0; -1 asks for their list only.");
  }
  v1::ListTopicAddressesResponse response;
  RETURN_IF_ERROR(caller.database.Read([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    response.Clear();
    RETURN_IF_ERROR(store.ListSegments(caller.reader, response.mutable_segments()));
    if (request.segment() == -1) return absl::OkStatus();
    const int64_t first = request.segment() * kSitemapSegment;
    return store.ListTopicAddresses(caller.reader, first, first + kSitemapSegment,
                                    response.mutable_topics());
  }));
  return response;
}

}  // namespace forium::forum
