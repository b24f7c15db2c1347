// SPDX-License-Identifier: Apache-2.0
#include "services/forum/reading.h"

#include "absl/time/time.h"
#include "services/base/status/macros.h"
#include "services/base/status/status.h"
#include "services/forum/store.h"

namespace forium::forum {

absl::StatusOr<google::protobuf::Empty> MarkRead(const Caller& caller,
                                                 const v1::MarkReadRequest& request) {
  if (request.number() < 1) return status::InvalidField("number", "Post numbers begin at 1.");
  RETURN_IF_ERROR(caller.database.Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    RETURN_IF_ERROR(store.FindTopic(caller.reader, request.id()).status());
    RETURN_IF_ERROR(store.MarkRead(caller.user_id(), request.id(), request.number()));
    return store.Seen(caller.user_id(), caller.now,
                      absl::ToInt64Microseconds(caller.config.visit_pause));
  }));
  return google::protobuf::Empty();
}

absl::StatusOr<google::protobuf::Empty> MarkAllRead(const Caller& caller,
                                                    const v1::MarkAllReadRequest&) {
  RETURN_IF_ERROR(caller.database.Write([&](database::Transaction& tx) -> absl::Status {
    Store store(tx);
    RETURN_IF_ERROR(store.MarkAllRead(caller.user_id()));
    return store.SetNewSince(caller.user_id(), caller.now);
  }));
  return google::protobuf::Empty();
}

absl::StatusOr<v1::Unread> GetUnread(const Caller& caller, const v1::GetUnreadRequest&) {
  v1::Unread unread;
  RETURN_IF_ERROR(caller.database.Read(
      [&](database::Transaction& tx) { return Store(tx).CountUnread(caller.reader, &unread); }));
  return unread;
}

}  // namespace forium::forum
