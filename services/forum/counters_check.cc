// SPDX-License-Identifier: Apache-2.0
#include "services/forum/counters_check.h"

#include "absl/strings/str_cat.h"
#include "services/base/status/macros.h"
#include "services/forum/events.h"
#include "services/forum/store.h"

namespace forium::forum {
namespace {

absl::Status Check(database::Transaction& tx, v1::CheckCountersResponse* response) {
  Store store(tx);
  response->Clear();
  ASSIGN_OR_RETURN(const int64_t rows, store.CountRows());
  response->set_rows(rows);
  std::vector<CounterDifference> differences;
  RETURN_IF_ERROR(store.FindDifferences(kDifferencesShown, &differences));
  for (const CounterDifference& difference : differences) {
    response->add_differences(
        absl::StrCat(difference.what, " is ", difference.stored, ", counted ", difference.counted));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::CheckCountersResponse> CheckCounters(const Caller& caller,
                                                        const v1::CheckCountersRequest& request) {
  v1::CheckCountersResponse response;
  // Checking alone is a read, so that it holds nobody up.
  RETURN_IF_ERROR(
      caller.database.Read([&](database::Transaction& tx) { return Check(tx, &response); }));
  if (!request.repair() || response.differences_size() == 0) return response;
  RETURN_IF_ERROR(caller.database.Write([&](database::Transaction& tx) -> absl::Status {
    RETURN_IF_ERROR(Check(tx, &response));
    RETURN_IF_ERROR(Store(tx).RepairCounters());
    response.set_repaired(true);
    return AnnounceEverything(tx, caller.now);
  }));
  return response;
}

}  // namespace forium::forum
