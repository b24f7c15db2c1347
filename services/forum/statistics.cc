// SPDX-License-Identifier: Apache-2.0
#include "services/forum/statistics.h"

#include "services/base/status/macros.h"
#include "services/forum/store.h"

namespace forium::forum {

absl::StatusOr<v1::Statistics> GetStatistics(const Caller& caller,
                                             const v1::GetStatisticsRequest&) {
  constexpr int64_t kDaysBefore = int64_t{29} * 24 * 60 * 60 * 1'000'000;  // today is the thirtieth
  v1::Statistics statistics;
  RETURN_IF_ERROR(caller.database.Read([&](database::Transaction& tx) {
    statistics.Clear();
    return Store(tx).GetStatistics(caller.reader, caller.now - kDaysBefore, &statistics);
  }));
  return statistics;
}

}  // namespace forium::forum
