// SPDX-License-Identifier: Apache-2.0
#include "services/search/queries/budget.h"

#include <algorithm>
#include <atomic>
#include <ctime>

namespace forium::search {
namespace {

// Processor time of all queries that are under way, and what each has of it at least and at most:
// who is alone may look farther.
constexpr int64_t kSharedMicros = 16'000;
constexpr int64_t kLeastMicros = 2'000;
constexpr int64_t kMostMicros = 16'000;

std::atomic<int> under_way{0};

int64_t ThreadMicros() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

Budget::Budget()
    : end_(ThreadMicros() +
           std::clamp(kSharedMicros / (1 + under_way.fetch_add(1)), kLeastMicros, kMostMicros)) {}
Budget::~Budget() { under_way.fetch_sub(1); }
bool Budget::Over() const { return ThreadMicros() > end_; }

}  // namespace forium::search
