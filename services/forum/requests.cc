// SPDX-License-Identifier: Apache-2.0
#include "services/forum/requests.h"

#include "services/base/fingerprint/fingerprint.h"

namespace forium::forum {

Request::Request(std::string_view id, std::initializer_list<std::string_view> parts) : id_(id) {
  std::string all;
  for (const std::string_view part : parts) {
    all += std::to_string(part.size());
    all += ':';
    all += part;
  }
  fingerprint_ = Fingerprint(all);
}

absl::StatusOr<std::optional<int64_t>> Request::FindResult(Store& store,
                                                           const Caller& caller) const {
  if (id_.empty()) return std::nullopt;
  return store.FindRequest(caller.user_id(), id_, fingerprint_);
}

absl::Status Request::KeepResult(Store& store, const Caller& caller, int64_t result_id) const {
  if (id_.empty()) return absl::OkStatus();
  return store.KeepRequest(caller.user_id(), id_, fingerprint_, result_id, caller.now);
}

}  // namespace forium::forum
