// SPDX-License-Identifier: Apache-2.0
// What a community looks for: counts by day and words, without anything about who asked. Counted in
// memory and written every few seconds and at the end, so that a search never writes; what was
// counted since is lost in a crash. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "proto/forium/search/v1/search.pb.h"
#include "services/base/database/tenants.h"
#include "services/base/flusher/flusher.h"

namespace forium::search {

// The query as it is counted: folded words, operators that name things kept, those that name people
// left out. Empty: only counted as one more search (an address, a long number, a very long text).
std::string CountedText(std::string_view query);

struct AnalyticsOptions {
  // False: nothing is counted, and queries have no id.
  bool enabled = true;
  absl::Duration write_every = absl::Seconds(5);
  // Days after which counts are deleted.
  int keep_days = 90;
};

class Analytics {
 public:
  // Past it, further queries are counted as one, until the next writing.
  static constexpr size_t kMaxPending = 10'000;

  Analytics(AnalyticsOptions options, database::Tenants& tenants);
  ~Analytics();
  Analytics(const Analytics&) = delete;
  Analytics& operator=(const Analytics&) = delete;

  // Counts a search; the id by which a click on its results is counted, empty when there is none.
  std::string Record(std::string_view tenant, std::string_view query, bool found);
  // Counts the opening of the result at a place. What is malformed or was not looked for today or
  // yesterday is dropped.
  void RecordClick(std::string_view tenant, std::string_view query_id, int position);
  absl::StatusOr<v1::SearchAnalytics> Get(std::string_view tenant, int days);

  absl::Status Flush();
  // Writes the rest and stops.
  void Close();

 private:
  struct Counts {
    std::string query;
    int64_t searches = 0, without_results = 0, clicks = 0, positions = 0;
  };
  // Of a tenant, by day and fingerprint.
  using Pending = std::map<std::pair<int64_t, int64_t>, Counts>;
  absl::Status Write(const std::string& tenant, const Pending& pending);
  Counts& CountsOf(std::string_view tenant, int64_t day, int64_t fingerprint,
                   std::string_view query) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const AnalyticsOptions options_;
  database::Tenants& tenants_;
  absl::Mutex mutex_;
  std::map<std::string, Pending, std::less<>> pending_ ABSL_GUARDED_BY(mutex_);
  Flusher flusher_;  // last: it uses the rest
};

}  // namespace forium::search
